"""Records as Markdown, for a pull request or ``$GITHUB_STEP_SUMMARY``: what the site shows, in short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from .failures import failing_groups
from .ledger import claim_counts
from .loading import Records
from .matrix import FAILING, MARKS, SEVERITY, Cell, capabilities, cell, ratio_text, verdicts_of
from .shape import shape_text

__all__ = ["markdown"]

MOST_FINDINGS = 40
"""A step summary may hold one mebibyte, and a reader's patience less."""
MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~])")


def markdown(records: Records) -> str:
    """The whole text; every name, message and value in it is text and nothing else."""
    parts = [*_matrix(records), *_findings(records), *_ledger(records), *_kill_matrix(records)]
    parts += [*_benchmarks(records), *_learning_curves(records)]
    return "\n".join(parts).strip() + "\n"


def text(words: object) -> str:
    """Words with everything escaped that Markdown or HTML would read as markup, on one line."""
    line = " ".join(str(words).split())
    return MARKUP.sub(r"\\\1", escape(line, quote=False)).replace("@", "&#64;").replace("://", ":&#47;&#47;")


def _matrix(records: Records) -> Iterator[str]:
    runs = records.runs
    if not runs:
        return
    whole = cell(verdict for run in runs for verdict in run["verdicts"])
    counts = ", ".join(f"{whole.counts[status]:,} {status}" for status in SEVERITY if whole.counts.get(status))
    examples = sum(run["totals"]["examples"] for run in runs)
    yield "## Conformance matrix\n"
    yield f"{MARKS[whole.status]} {counts}; {examples:,} examples. In brackets: worst error ÷ bound.\n"
    names = capabilities(runs)
    spoken, headings = (
        [text(name.replace("_", " ")) for name in names],
        [_heading(run["implementation"]) for run in runs],
    )
    cells = [[_counted(cell(verdicts_of(run, name))) for run in runs] for name in names]
    if len(runs) <= len(names):
        yield from _table("capability", headings, spoken, cells)
    else:
        yield from _table("implementation", spoken, headings, zip(*cells, strict=True))
    yield ""
    used = [status for status in SEVERITY if whole.counts.get(status)]
    yield " · ".join(f"{MARKS[status]} {status}" for status in used) + "\n"


def _table(corner: str, across: Sequence[str], down: Sequence[str], cells: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f"| {corner} | " + " | ".join(across) + " |"
    yield "|---|" + "---|" * len(across)
    for name, row in zip(down, cells, strict=True):
        yield f"| {name} | " + " | ".join(row) + " |"


def _counted(whole: Cell) -> str:
    if not whole.judged:
        return "–"
    return f"{MARKS[whole.status]} {whole.holding}/{whole.judged} ({ratio_text(whole.worst_ratio)})"


def _heading(implementation: Mapping[str, Any]) -> str:
    rest = " ".join(filter(None, (implementation[key] for key in ("version", "dtype", "device"))))
    return f"**{text(implementation['name'])}**<br>{text(rest)}"


def _findings(records: Records) -> Iterator[str]:
    told = 0
    for run in records.runs:
        failing = failing_groups([verdict for verdict in run["verdicts"] if verdict["status"] in FAILING])
        declared = [verdict for verdict in run["verdicts"] if verdict["status"] == "deviates"]
        if failing or declared:
            yield f"\n## {text(run['implementation']['name'])}\n"
        for group in failing[: max(MOST_FINDINGS - told, 0)]:
            yield from _finding(group)
        told += len(failing)
        for (kind, reason), names in _by_reason(declared).items():
            listed = ", ".join(f"**{text(name)}**" for name in names)
            yield f"- {MARKS['deviates']} deviates ({text(kind)}): {text(reason)} {listed}"
    if told > MOST_FINDINGS:
        yield f"\nAnd {told - MOST_FINDINGS} more findings: see the HTML report or the JSON of the run."


def _by_reason(declared: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[str]]:
    """Names of invariants by kind and reason of their deviation."""
    names: dict[tuple[str, str], list[str]] = {}
    for verdict in declared:
        said = verdict.get("deviation") or {}
        key = said.get("kind", "as declared"), said.get("reason", "")
        names.setdefault(key, []).append(verdict["invariant"])
    return names


def _finding(group: list[Mapping[str, Any]]) -> Iterator[str]:
    first, others = group[0], group[1:]
    yield f"- {MARKS[first['status']]} {first['status']}: **{text(first['invariant'])}**: {text(first['statement'])}"
    if first["message"]:
        yield f"  <br>{text(first['message'])}"
    for known in first["diagnosis"]:
        yield f"  <br>behaves like the known bug **{text(known['variant'])}**: {text(known['description'])}"
    if others:
        yield f"  <br>and so, in a like manner: {', '.join(text(other['invariant']) for other in others)}"


def _ledger(records: Records) -> Iterator[str]:
    if records.ledger is not None:
        totals = records.ledger["totals"]
        yield "\n## Claims ledger\n"
        tried = f"{totals['evidence']} pieces of evidence, {totals['instances']:,} instances"
        yield f"{totals['claims']} claims: {claim_counts(records.ledger)}; {tried}.\n"
        for claim in records.ledger["claims"]:
            if claim["status"] in ("refuted", "violated"):
                yield f"- {claim['status']}: **{text(claim['id'])}** ({text(claim['group'])}), {text(claim['verdict'])}"


def _kill_matrix(records: Records) -> Iterator[str]:
    matrix = records.kill_matrix
    if matrix is not None:
        yield "\n## Kill matrix\n"
        yield (
            f"{len(matrix['variants'])} known bugs and controls, {len(matrix['invariants'])} invariants, "
            f"{len(matrix['kills']):,} kills; surviving: {len(matrix['survivors'])}; "
            f"caught by one invariant alone: {len(matrix['lonely'])}.\n"
        )
        for name in matrix["survivors"]:
            yield f"- survives: {text(name)}"


def _benchmarks(records: Records) -> Iterator[str]:
    if records.benchmarks:
        yield "\n## Benchmarks\n\nMedians in microseconds."
    for record in records.benchmarks:
        times = [(shape_text(shape), {**shape["microseconds"], **_ceiling(shape)}) for shape in record["shapes"]]
        names = list(dict.fromkeys(name for _, own in times for name in own))
        yield f"\n{text(record['what'])}; {record['rounds']} rounds, {text(record['date'][:10])}.\n"
        yield "| shape | " + " | ".join(text(name) for name in names) + " |"
        yield "|---|" + "---:|" * len(names)
        for shape, own in times:
            shown = (f"{own[name]:.4g}" if name in own else "–" for name in names)
            yield f"| {text(shape)} | " + " | ".join(shown) + " |"


def _ceiling(shape: Mapping[str, Any]) -> dict[str, float]:
    return {"ceiling": shape["ceiling"]} if "ceiling" in shape else {}


def _learning_curves(records: Records) -> Iterator[str]:
    if records.learning_curves:
        yield "\n## Learning curves\n\nWhere they end: interquartile mean over the seeds, and its band.\n"
        yield "| what | seeds | steps | curve | mean | band |\n|---|---:|---:|---|---:|---:|"
    for record in records.learning_curves:
        for curve in record["curves"]:
            name, steps = text(curve["name"]), f"{curve['steps'][-1]:,.0f}"
            mean, low, high = (f"{curve[key][-1]:.4g}" for key in ("interquartile_mean", "low", "high"))
            yield f"| {text(record['what'])} | {record['seeds']} | {steps} | {name} | {mean} | {low} to {high} |"
