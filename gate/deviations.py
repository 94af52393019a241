"""Declared deviations: what an implementation is known to do otherwise, why, and how it shows.

A file is strict. A deviation that is declared and does not show is ``stale`` and fails; one that shows otherwise than
declared keeps its verdict, which says that it has drifted; one that has expired counts no more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..invariants.discovery import all_invariants, all_variants
from .errors import UsageError
from .target import adapter_folder, library_of
from .verdict import FAILING, Report, Verdict

__all__ = ["Deviation", "read_deviations", "settled", "shipped_cases", "shipped_deviations"]

KINDS = ("bug", "choice", "limitation")
SHOWS = ("violated", "error", "timeout", "crashed")


@dataclass(frozen=True)
class Deviation:
    """Invariants that an implementation does not satisfy.

    Attributes
    ----------
    invariants : their ids.
    kind : ``bug``; ``choice``, where its documentation says so; ``limitation``, where it has no way to say it.
    reason, link : why, in a sentence, and where one can read more.
    shows : the status that it leads to.
    behaves_like : a known bug that the diagnosis names, or "".
    says : what the message of the verdict contains, or "".
    expires : the last day on which the declaration counts, or None.
    targets : the targets that it is about; empty for all that read the file.
    """

    invariants: tuple[str, ...]
    kind: str
    reason: str
    link: str
    shows: str = "violated"
    behaves_like: str = ""
    says: str = ""
    expires: date | None = None
    targets: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, str, str]:
        """How it shows; what is broken in two ways has a deviation for each."""
        return self.shows, self.behaves_like, self.says

    def drift(self, verdict: Verdict) -> str:
        """How a verdict differs from what is declared, in words; "" where it does not."""
        known = [diagnosis.variant for diagnosis in verdict.diagnosis]
        if verdict.status != self.shows:
            return f"declared as {self.shows}"
        if self.behaves_like and self.behaves_like not in known:
            return f"declared to behave like {self.behaves_like}, and behaves like {', '.join(known) or 'no known bug'}"
        if self.says not in verdict.message:
            return f"declared to say {self.says!r}"
        return ""

    def to_json(self) -> dict[str, Any]:
        """What a verdict's JSON says of it."""
        expires = self.expires.isoformat() if self.expires else None
        return {"reason": self.reason, "link": self.link, "kind": self.kind, "expires": expires}


def shipped_deviations(target: str) -> tuple[Deviation, ...]:
    """The deviations that come with the adapter of a built-in target; none for any other target."""
    library = library_of(target)
    file = adapter_folder() / "deviations" / f"{library}.toml"
    return read_deviations(file, target) if library and file.is_file() else ()


def shipped_cases() -> Path:
    """Where the counterexamples of shipped deviations lie, one file a target and invariant."""
    return adapter_folder() / "deviations" / "cases"


def read_deviations(file: Path, target: str) -> tuple[Deviation, ...]:
    """The deviations of a TOML file that are about a target.

    Raises
    ------
    UsageError: the file cannot be read, or an entry lacks something, has something unknown, or names an invariant or a
        known bug that does not exist, or an invariant twice that shows alike.
    """
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("deviation", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read the deviations in {file}: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise UsageError(f"{file} declares no deviation: it has one table [[deviation]] for each")
    deviations = [_deviation(entry, f"{file}, deviation {position}") for position, entry in enumerate(entries, 1)]
    own = tuple(deviation for deviation in deviations if not deviation.targets or target in deviation.targets)
    declared = [(invariant, *deviation.shown) for deviation in own for invariant in deviation.invariants]
    for each in declared:
        if declared.count(each) > 1:
            raise UsageError(f"{file} declares {each[0]} twice for {target}")
    return own


def settled(
    report: Report,
    deviations: Iterable[Deviation],
    again: Callable[[tuple[str, ...]], Report],
    today: date | None = None,
) -> Report:
    """A report whose verdicts take the declared deviations into account.

    What is declared and held so far is judged ``again``, on more cases, before it is called stale.
    """
    today = today or date.today()
    declared: dict[str, list[Deviation]] = {}
    for deviation in deviations:
        for invariant in deviation.invariants:
            declared.setdefault(invariant, []).append(deviation)
    quiet = tuple(v.invariant for v in report.verdicts if v.status == "holds" and v.invariant in declared)
    if quiet and report.complete:
        more = again(quiet)
        found = {verdict.invariant: verdict for verdict in more.verdicts}
        report = replace(report, verdicts=[found.get(v.invariant, v) for v in report.verdicts], complete=more.complete)
    verdicts = [_settled(v, declared[v.invariant], today) if v.invariant in declared else v for v in report.verdicts]
    return replace(report, verdicts=verdicts)


def _settled(verdict: Verdict, deviations: list[Deviation], today: date) -> Verdict:
    known = [deviation for deviation in deviations if deviation.expires is None or today <= deviation.expires]
    if not known:
        return _told(verdict, f"a declared deviation that expired on {deviations[0].expires}")
    stated = known[0].to_json()
    if verdict.status == "holds":
        return replace(verdict, status="stale", deviation=stated, message=f"declared, and holds: {known[0].reason}")
    if verdict.status not in FAILING:
        return verdict
    for deviation in known:
        if not deviation.drift(verdict):
            return replace(verdict, status="deviates", deviation=deviation.to_json())
    return _told(replace(verdict, deviation=stated), f"drift: {known[0].drift(verdict)}")


def _told(verdict: Verdict, more: str) -> Verdict:
    return replace(verdict, message=f"{verdict.message}; {more}" if verdict.message else more)


def _deviation(entry: Mapping[str, Any], where: str) -> Deviation:
    texts = ("kind", "reason", "link", "shows", "behaves_like", "says")
    known = {*texts, "invariants", "targets", "expires", "case"}
    for name in entry:
        if name not in known:
            raise UsageError(f"{where}: {name!r} is unknown; an entry may have {', '.join(sorted(known))}")
    for name in ("invariants", "kind", "reason", "link"):
        if not entry.get(name):
            raise UsageError(f"{where} has no {name}")
    for name in texts:
        if not isinstance(entry.get(name, ""), str):
            raise UsageError(f"{where}: {name} is a text")
    _one_of(entry["kind"], KINDS, f"{where}: kind")
    _one_of(entry.get("shows", "violated"), SHOWS, f"{where}: shows")
    for invariant in entry["invariants"]:
        _one_of(invariant, [known.id for known in all_invariants()], f"{where}: the invariant")
    if "behaves_like" in entry:
        _one_of(entry["behaves_like"], [variant.name for variant in all_variants()], f"{where}: behaves_like")
    if not isinstance(entry.get("expires", date.max), date):
        raise UsageError(f"{where}: expires is a day, such as 2030-12-31")
    lists = {name: tuple(entry.get(name, ())) for name in ("invariants", "targets")}
    fields: dict[str, Any] = {name: entry[name] for name in texts if name in entry} | lists
    return Deviation(**fields, expires=entry.get("expires"))


def _one_of(value: str, allowed: Iterable[str], what: str) -> None:
    choices = list(allowed)
    if value not in choices:
        close = get_close_matches(str(value), choices, n=1)
        hint = f"did you mean {close[0]}?" if close else f"choose one of {', '.join(choices[:6])}"
        raise UsageError(f"{what} is {value!r}: {hint}")
