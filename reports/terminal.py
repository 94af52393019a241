"""A run as a person reads it at the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from shlex import quote
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .failures import failing_groups
from .matrix import FAILING, followed

__all__ = [
    "conventions",
    "declared",
    "effort",
    "failure_text",
    "failures",
    "summary",
    "verdict_table",
]

COLOURS = {"holds": "green", "deviates": "yellow"}
STATUSES = ("holds", "violated", "deviates", "stale", "error", "timeout", "crashed")


def verdict_table(run: Mapping[str, Any]) -> Table:
    """One row an invariant that was offered, under its capability: class, verdict, examples, worst error ÷ bound."""
    implementation = run["implementation"]
    name, version, dtype, device = (implementation[key] for key in ("name", "version", "dtype", "device"))
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(Text(f"{name} {version} ({dtype}, {device})", style="bold"), overflow="fold")
    for heading in ("class", "verdict"):
        table.add_column(heading)
    for heading in ("examples", "err÷bound"):
        table.add_column(heading, justify="right")
    offered = [verdict for verdict in run["verdicts"] if verdict["status"] != "not offered"]
    for capability in dict.fromkeys(verdict["capability"] for verdict in offered):
        table.add_row(Text(capability, style="bold"))
        prefix = capability.replace("_", "-") + "-"
        for verdict in offered:
            if verdict["capability"] == capability:
                ratio = verdict["worst_ratio"]
                table.add_row(
                    Text(f"  {verdict['invariant'].removeprefix(prefix)}"),
                    verdict["class"],
                    Text(verdict["status"], style=COLOURS.get(verdict["status"], "bold red")),
                    f"{verdict['examples']:,}",
                    ratio if isinstance(ratio, str) else f"{ratio:.2g}",
                )
    return table


def failures(run: Mapping[str, Any], files: Mapping[str, Path]) -> Iterator[RenderableType]:
    """What went wrong: once for all invariants of a capability that fail for what looks like the same reason.

    The one with the smallest case is told in full: statement, case, numbers, known bugs, and how to replay it.
    ``files`` maps an invariant to the counterexample file written for it.
    """
    for group in failing_groups([verdict for verdict in run["verdicts"] if verdict["status"] in FAILING]):
        yield from _failure(group[0], files)
        if len(group) > 1:
            others = ", ".join(verdict["invariant"] for verdict in group[1:])
            yield Padding(Text(f"and so, with a file each: {others}", style="dim"), (0, 0, 0, 2))


def _failure(verdict: Mapping[str, Any], files: Mapping[str, Path]) -> Iterator[RenderableType]:
    yield Text()
    yield Text.assemble((f"{verdict['status']}: ", "bold red"), (verdict["invariant"], "bold"))
    lines: list[RenderableType] = [Text(verdict["statement"]), Text(verdict["formula"], style="dim")]
    if verdict["counterexample"] is not None:
        lines += [Text("smallest case found", style="bold"), *_case(verdict["counterexample"]["case"])]
    if verdict["message"]:
        lines.append(Text(verdict["message"]))
    if verdict["diagnosis"]:
        lines.append(Text("behaves on every case tried like the known bug", style="bold"))
        for known in verdict["diagnosis"]:
            lines.append(Text(f"• {known['variant']}: {known['description']}"))
            lines += [Text(f"    {citation}", style="dim") for citation in known["citation"].split("; ")]
    elif verdict["status"] == "violated":
        lines.append(Text("none of the known bugs behaves like this on every case tried"))
    for known in verdict.get("ruled_out", [])[:3]:
        lines.append(Text(f"not {known['variant']}, which gives the same here but not on {known['case']}", style="dim"))
    yield Padding(Group(*lines), (0, 0, 0, 2))
    if verdict["invariant"] in files:
        yield Text(f"  replay: policyproof replay {quote(str(files[verdict['invariant']]))}")


def declared(run: Mapping[str, Any]) -> Iterator[Text]:
    """The deviations that showed as declared, one line a reason."""
    reasons: dict[tuple[str, ...], list[str]] = {}
    for verdict in run["verdicts"]:
        if verdict["status"] == "deviates":
            stated = verdict["deviation"]
            key = (stated["kind"], stated["reason"], stated["link"])
            reasons.setdefault(key, []).append(verdict["invariant"])
    for (kind, reason, link), invariants in reasons.items():
        yield Text.assemble((f"deviates ({kind}): ", "yellow"), f"{reason} {link} ", (", ".join(invariants), "dim"))


def failure_text(run: Mapping[str, Any]) -> str:
    """The failures of a run as plain text, for places that have no terminal."""
    console = Console(file=StringIO(), width=120, color_system=None, force_terminal=False)
    with console.capture() as captured:
        for part in failures(run, {}):
            console.print(part, highlight=False)
    return captured.get().strip()


def summary(run: Mapping[str, Any]) -> Text:
    """How much ran, and how it came out, in one line."""
    totals = dict(run["totals"])
    ran = f"{totals.pop('invariants')} invariants, {totals.pop('examples'):,} examples"
    instances = totals.pop("instances")
    counts = ", ".join(f"{totals[status]} {status}" for status in STATUSES if status in totals)
    text = f"{run['implementation']['name']}: {ran} ({instances:,} problems), seed {run['seed']}: {counts}"
    return Text(text if run["complete"] else f"{text} — CUT SHORT, not every invariant had its turn")


def conventions(run: Mapping[str, Any]) -> Text | None:
    """Where reputable code differs on purpose: which way this implementation goes, as far as it was measured."""
    told = ", ".join(f"{name} = {values}" for name, values in followed(run).items())
    return Text(f"conventions: {told}") if told else None


def effort(run: Mapping[str, Any]) -> Text:
    """Where the time went and where it lacked: the slowest invariants, and those tried on the fewest cases."""
    ran = [verdict for verdict in run["verdicts"] if verdict["status"] != "not offered"]
    slowest = sorted(ran, key=lambda verdict: -verdict["seconds"])[:3]
    held = sorted((v for v in ran if v["status"] == "holds"), key=lambda verdict: verdict["examples"])[:3]
    lines = [
        "slowest: " + ", ".join(f"{verdict['invariant']} {verdict['seconds']:.1f} s" for verdict in slowest),
        "least exercised: " + ", ".join(f"{verdict['invariant']} {verdict['examples']:,}" for verdict in held),
    ]
    cut = sum(verdict["cut"] for verdict in ran)
    lines += [f"{cut} of {len(ran)} invariants drew fewer cases than planned: time was up"] if cut else []
    return Text("\n".join(line for line in lines if not line.endswith(": ")), style="dim")


def _case(case: Mapping[str, Any]) -> Iterator[Text]:
    width = max(map(len, case["fields"]), default=0)
    for name, field in case["fields"].items():
        yield Text(f"  {name:<{width}}  {_show(field)}")


def _show(field: Mapping[str, Any]) -> str:
    if field["type"] == "mdp":
        return "; ".join(f"{name} = {_show(part)}" for name, part in field["fields"].items())
    if "entries" not in field:
        return str(field["value"])
    entries = [str(entry).lower() if isinstance(entry, bool) else str(entry) for entry in field["entries"]]
    return _nest(entries, field["shape"])


def _nest(entries: list[str], shape: list[int]) -> str:
    if not shape:
        return entries[0]
    if len(shape) == 1:
        return f"[{', '.join(entries)}]"
    size = len(entries) // shape[0] if shape[0] else 0
    return f"[{', '.join(_nest(entries[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0]))}]"
