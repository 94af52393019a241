"""pytest: one test an invariant, for targets on the command line or an implementation in a test module."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .gate.target import Target
    from .invariants.invariant import Invariant

__all__ = ["parametrize_with_invariants"]

ONLY_TARGETS = "policyproof_only_targets"


def parametrize_with_invariants(
    implementation: object, *, profile: str = "ci", seed: int | None = None
) -> Callable[[Any], Any]:
    """Parametrize a test with one ``check`` an invariant of what the implementation offers, under its id.

    ``check()`` returns, or raises AssertionError with the smallest case and its diagnosis::

        @policyproof.parametrize_with_invariants(MyImplementation())
        def test_invariants(check):
            check()
    """
    from .gate.check import chosen_seed
    from .gate.target import Target, subject_of

    kind = implementation if isinstance(implementation, type) else type(implementation)
    target = Target(f"{kind.__module__}:{kind.__qualname__}", subject_of(implementation, kind.__name__))
    chosen = chosen_seed(seed)

    def checking(invariant: Invariant) -> Callable[[], None]:
        def check() -> None:
            __tracebackhide__ = True
            failure = _failure(target, invariant, profile, chosen)
            if failure:
                raise AssertionError(failure)

        return check

    return pytest.mark.parametrize("check", [pytest.param(checking(i), id=i.id) for i in _offered(target)])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that name targets and how much work to do."""
    group = parser.getgroup("policyproof", "proof-test policy-optimisation code")
    group.addoption(
        "--policyproof",
        action="append",
        default=[],
        metavar="TARGET",
        help="judge TARGET, one test an invariant; a built-in name, module:attribute or file.py:attribute",
    )
    group.addoption("--policyproof-profile", default="ci", metavar="PROFILE", help="quick, ci (default) or nightly")
    group.addoption("--policyproof-seed", type=int, default=0, metavar="N", help="what to draw from (default 0)")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Every active option in one line."""
    targets = config.getoption("--policyproof")
    if not targets:
        return None
    profile, seed = config.getoption("--policyproof-profile"), config.getoption("--policyproof-seed")
    return f"policyproof: targets {', '.join(targets)}; profile {profile}; seed {seed}"


def pytest_configure(config: pytest.Config) -> None:
    """Remember, for worker processes too, whether the targets stand alone or beside test files."""
    worker = getattr(config, "workerinput", None)
    alone = config.args_source is not pytest.Config.ArgsSource.ARGS
    config.stash[_ALONE] = worker[ONLY_TARGETS] if worker is not None else alone
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(_Workers())


class _Workers:
    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[ONLY_TARGETS] = node.config.stash[_ALONE]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Collect no test files where targets were named and files were not."""
    del collection_path
    return True if config.getoption("--policyproof") and config.stash[_ALONE] else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Add each target to what the session collects."""
    report = yield
    if isinstance(collector, pytest.Session) and report.passed:
        report.result.extend(_implementations(collector))
    return report


def _implementations(session: pytest.Session) -> Iterator[pytest.Collector]:
    from .gate.errors import UsageError
    from .gate.profile import PROFILES
    from .gate.target import opened

    option, stack = session.config.getoption, ExitStack()
    session.config.add_cleanup(stack.close)
    if option("--policyproof") and option("--policyproof-profile") not in PROFILES:
        raise pytest.UsageError(f"--policyproof-profile must be one of {', '.join(PROFILES)}")
    for name in option("--policyproof"):
        try:
            target = stack.enter_context(opened(name))
        except UsageError as error:
            raise pytest.UsageError(f"policyproof: {error}") from error
        yield _Implementation.from_parent(session, name=name, nodeid=name, target=target)


class _Implementation(pytest.Collector):
    """A target on the command line; its file's folder stays importable until the session ends."""

    def __init__(self, *, target: Target, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.target = target

    def collect(self) -> Iterator[pytest.Item]:
        for invariant in _offered(self.target):
            yield _InvariantItem.from_parent(self, name=invariant.id, target=self.target, invariant=invariant)


class _InvariantItem(pytest.Item):
    """One invariant against one target."""

    def __init__(self, *, target: Target, invariant: Invariant, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.target, self.invariant = target, invariant

    def runtest(self) -> None:
        option = self.config.getoption
        failure = _failure(self.target, self.invariant, option("--policyproof-profile"), option("--policyproof-seed"))
        if failure:
            raise _NotHeldError(failure)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, _NotHeldError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.config.rootpath, None, f"{self.target.subject.name}: {self.invariant.id}"


class _NotHeldError(Exception):
    """An invariant does not hold; the text is what a reader should see."""


_ALONE = pytest.StashKey[bool]()


def _offered(target: Target) -> list[Invariant]:
    from .invariants.discovery import all_invariants

    return [invariant for invariant in all_invariants() if not invariant.missing(target.subject)]


def _failure(target: Target, invariant: Invariant, profile: str, seed: int) -> str:
    from .gate.check import describe, interruptible, verdict_of
    from .gate.profile import PROFILES
    from .gate.verdict import FAILING, Report
    from .reports.terminal import failure_text

    with interruptible():
        verdict = verdict_of(invariant, target, PROFILES[profile], seed)
    if verdict.status not in FAILING:
        return ""
    return failure_text(Report(target.name, describe(target.subject), profile, seed, [verdict]).to_json())
