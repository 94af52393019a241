"""pytest: one test an invariant, for targets on the command line or an implementation in a test module."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .gate.profile import Profile
    from .gate.sandbox import Sandbox
    from .invariants.invariant import Invariant, Offers

__all__ = ["parametrize_with_invariants"]

ONLY_TARGETS = "policyproof_only_targets"
TARGET, OFFERED = "policyproof_target", "policyproof_offered"


def parametrize_with_invariants(
    implementation: object, *, profile: str = "ci", seed: int | None = None
) -> Callable[[Any], Any]:
    """Parametrize a test with one ``check`` an invariant of what the implementation offers, under its id.

    ``check()`` returns, or raises AssertionError with the smallest case and its diagnosis::

        @policyproof.parametrize_with_invariants(MyImplementation())
        def test_invariants(check):
            check()
    """
    from .gate.check import chosen_profile, chosen_seed
    from .gate.sandbox import live_sandbox
    from .gate.target import Target, subject_of

    kind = implementation if isinstance(implementation, type) else type(implementation)
    target = Target(f"{kind.__module__}:{kind.__qualname__}", subject_of(implementation, kind.__name__))
    chosen, work, stack = chosen_seed(seed), chosen_profile(profile), ExitStack()
    atexit.register(stack.close)
    sandbox = cache(lambda: stack.enter_context(live_sandbox(target)))

    offered = _offered(target.subject)
    checks = [_Check(sandbox, i, work, chosen) for i in offered]
    each = pytest.mark.parametrize("check", checks, ids=[i.id for i in offered])
    return lambda test: getattr(pytest.mark, OFFERED)(len(offered))(each(test))


class _Check:
    """What a parametrized test is to call, which remembers whether it was called."""

    def __init__(self, sandbox: Callable[[], Sandbox], invariant: Invariant, profile: Profile, seed: int) -> None:
        self.sandbox, self.asked, self.called = sandbox, (invariant, profile, seed), False

    def __call__(self) -> None:
        __tracebackhide__ = True
        self.called = True
        if failure := _failure(self.sandbox(), *self.asked):
            raise AssertionError(failure)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fail a parametrized test that passes without its check."""
    done = yield
    check = pyfuncitem.funcargs.get("check")
    if isinstance(check, _Check) and not check.called:
        pytest.fail("the test did not call check(): nothing was judged", pytrace=False)
    return done


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
    group.addoption("--policyproof-call-limit", type=float, metavar="S", help="seconds for one case")
    group.addoption("--policyproof-in-process", action="store_true", help="no worker process: for debuggers")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Every active option in one line."""
    targets = config.getoption("--policyproof")
    if not targets:
        return None
    option = config.getoption
    active = [f"targets {', '.join(targets)}", f"profile {option('--policyproof-profile')}"]
    active.append(f"seed {option('--policyproof-seed')}")
    limit = option("--policyproof-call-limit")
    active += [f"call limit {limit:g} s"] if limit else []
    active += ["in process"] if option("--policyproof-in-process") else []
    return f"policyproof: {'; '.join(active)}"


def pytest_configure(config: pytest.Config) -> None:
    """Remember, for worker processes too, whether the targets stand alone or beside test files."""
    worker = getattr(config, "workerinput", None)
    alone = config.args_source is not pytest.Config.ArgsSource.ARGS
    config.stash[_ALONE] = worker[ONLY_TARGETS] if worker is not None else alone
    config.addinivalue_line("markers", f"{OFFERED}(number): a test for each of so many invariants")
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(_Workers())
    if worker is None:
        config.pluginmanager.register(_Guard(config))


class _Workers:
    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[ONLY_TARGETS] = node.config.stash[_ALONE]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the guard know the tests that `parametrize_with_invariants` made."""
    for mark in item.iter_markers(OFFERED):
        item.user_properties += [(TARGET, item.nodeid.split("[")[0]), (OFFERED, mark.args[0])]


class _Guard:
    """Fails a session in which fewer invariants ran than were offered, unless a selection was asked for."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.offered: dict[str, int] = dict.fromkeys(config.getoption("--policyproof"), 0)
        self.ran: dict[str, set[str]] = {name: set() for name in self.offered}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        properties: dict[str, Any] = dict(report.user_properties)
        if TARGET in properties and report.when == "call" and report.outcome != "skipped":
            self.offered[properties[TARGET]] = properties[OFFERED]
            self.ran.setdefault(properties[TARGET], set()).add(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        short = any(not self.ran[name] or len(self.ran[name]) < self.offered[name] for name in self.offered)
        if (
            short
            and not self._selected()
            and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for name, offered in self.offered.items():
            ran = len(self.ran[name])
            if not ran or ran < offered:
                of = f"{ran} of {offered}" if offered else "none of the"
                why = "as selected" if self._selected() else "the others were skipped or lost: this fails the session"
                terminalreporter.write_line(f"policyproof: {name}: {of} offered invariants ran; {why}")

    def _selected(self) -> bool:
        option = self.config.getoption
        asked = ("keyword", "markexpr", "deselect", "maxfail", "collectonly", "lf", "last_failed")
        return any(option(name, None) for name in asked) or any("::" in argument for argument in self.config.args)


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
    from .gate.sandbox import sandbox

    option, stack = session.config.getoption, ExitStack()
    session.config.add_cleanup(stack.close)
    if option("--policyproof") and option("--policyproof-profile") not in PROFILES:
        raise pytest.UsageError(f"--policyproof-profile must be one of {', '.join(PROFILES)}")
    for name in option("--policyproof"):
        try:
            opened = stack.enter_context(sandbox(name, 0 if option("--policyproof-in-process") else 1))
        except UsageError as error:
            raise pytest.UsageError(f"policyproof: {error}") from error
        yield _Implementation.from_parent(session, name=name, nodeid=name, sandbox=opened)


class _Implementation(pytest.Collector):
    """A target on the command line; its worker stays until the session ends."""

    def __init__(self, *, sandbox: Sandbox, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.sandbox = sandbox

    def collect(self) -> Iterator[pytest.Item]:
        offered = _offered(self.sandbox)
        for invariant in offered:
            item = _InvariantItem.from_parent(self, name=invariant.id, sandbox=self.sandbox, invariant=invariant)
            item.user_properties += [(TARGET, self.name), (OFFERED, len(offered))]
            yield item


class _InvariantItem(pytest.Item):
    """One invariant against one target."""

    def __init__(self, *, sandbox: Sandbox, invariant: Invariant, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.sandbox, self.invariant = sandbox, invariant

    def runtest(self) -> None:
        from .gate.profile import PROFILES

        option = self.config.getoption
        profile, seed = PROFILES[option("--policyproof-profile")], option("--policyproof-seed")
        failure = _failure(self.sandbox, self.invariant, profile, seed, option("--policyproof-call-limit"))
        if failure:
            raise _NotHeldError(failure)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, _NotHeldError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.config.rootpath, 0, f"{self.sandbox.described['name']}: {self.invariant.id}"


class _NotHeldError(Exception):
    """An invariant does not hold; the text is what a reader should see."""


_ALONE = pytest.StashKey[bool]()


def _offered(offers: Offers) -> list[Invariant]:
    from .invariants.discovery import all_invariants

    return [invariant for invariant in all_invariants() if not invariant.missing(offers)]


def _failure(
    sandbox: Sandbox, invariant: Invariant, profile: Profile, seed: int, call_limit: float | None = None
) -> str:
    from .gate.check import interruptible
    from .gate.job import Job
    from .gate.verdict import FAILING, Report
    from .reports.terminal import failure_text

    jobs = iter([Job(invariant.id, profile.share(len(_offered(sandbox))), seed)])
    with interruptible():
        ((_, verdict),) = sandbox.verdicts(lambda: next(jobs, None), profile.limits(call_limit))
    if verdict.status not in FAILING:
        return ""
    report = Report(sandbox.name, sandbox.described, profile.name, seed, sandbox.isolation, [verdict])
    return failure_text(report.to_json())
