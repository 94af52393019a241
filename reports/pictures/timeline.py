"""A batch of trajectories as timelines: states, rewards, how each episode ends; under each step, got and exact.

A step leads from a state to the next one. A square ends an episode for good (terminated), a broken line cuts it off
(truncated): the state that it reached is still drawn, with its value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from .numbers import Grid, differs, grid, number
from .svg import svg, text

__all__ = ["is_trajectories", "timeline"]

NEEDED = ("rewards", "values", "next_values", "terminated", "truncated")
STEP, GAP, TOP, LANE, LEFT = 118, 54, 44, 96, 70
LONGEST, MOST = 24, 6
"""Steps and environments drawn; a shrunk case has a few."""


def is_trajectories(fields: Mapping[str, Any]) -> bool:
    """Whether a case is made of the arrays that a timeline shows."""
    return all(name in fields and len(fields[name].get("shape", ())) == 2 for name in NEEDED)


def timeline(fields: Mapping[str, Any], seen: Mapping[str, Any] | None) -> Markup:
    """The picture of one case, one lane an environment."""
    arrays = {name: grid(fields[name]) for name in NEEDED}
    steps, environments = arrays["rewards"].shape
    results = (
        [("got", seen["got"]), ("exact", seen["expected"])] if seen and _fits(seen["got"], steps, environments) else []
    )
    height = LANE + 22 * len(results)
    drawn, width = [], 0
    lanes, shown = min(environments, MOST), min(steps, LONGEST)
    for lane in range(lanes):
        parts, end = _lane(arrays, shown, lane, results)
        drawn.append(Markup('<g transform="translate(0 {})">{}</g>').format(lane * height, Markup("").join(parts)))
        width = max(width, end)
    if (lanes, shown) != (environments, steps):
        words = f"the first of {environments} environments and {steps} steps; the numbers below are all"
        drawn.append(text(LEFT - 16, lanes * height + 16, words, "more"))
    box = (0, 0, width + 40, lanes * height + 24)
    return svg("picture timeline", box, f"{environments} trajectories of {steps} steps", drawn)


def _lane(
    arrays: Mapping[str, Grid], steps: int, lane: int, results: list[tuple[str, Any]]
) -> tuple[list[Markup], int]:
    x, parts = LEFT, []
    for row, (name, _) in enumerate(results):
        parts.append(text(8, TOP + 56 + 22 * row, name, "label start"))
    for t in range(steps):
        terminated, truncated = bool(arrays["terminated"][t, lane]), bool(arrays["truncated"][t, lane])
        ends, last = terminated or truncated, t == steps - 1
        parts += _state(x, f"s{t}", f"V = {arrays['values'].text(t, lane)}")
        for row, (_, values) in enumerate(results):
            apart = differs(*(number(entries[t][lane]) for _, entries in results))
            parts.append(text(x, TOP + 56 + 22 * row, number(values[t][lane]), "value differs" if apart else "value"))
        reach = x + STEP - (18 if not ends and not last else 16)
        parts.append(Markup('<path class="arrow" d="M{} {}H{}m-7 -4l7 4l-7 4"/>').format(x + 18, TOP, reach))
        parts.append(text(x + STEP // 2, TOP - 10, f"r = {arrays['rewards'].text(t, lane)}", "reward"))
        x += STEP
        if ends or last:
            parts += _ending(x, terminated, truncated, f"V = {arrays['next_values'].text(t, lane)}")
            x += GAP if not last else 0
    return parts, x


def _ending(x: int, terminated: bool, truncated: bool, value: str) -> Iterator[Markup]:
    if terminated:
        yield Markup('<rect class="terminal" x="{}" y="{}" width="26" height="26" rx="3"/>').format(x - 13, TOP - 13)
        yield text(x, TOP + 34, value, "ignored")
    else:
        yield from _state(x, "", value)
    if truncated:
        yield Markup('<path class="cut" d="M{0} {1}V{2}"/>').format(x + 24, TOP - 24, TOP + 24)
    words = " + ".join(word for word, true in (("terminated", terminated), ("truncated", truncated)) if true)
    if words:
        yield text(x, TOP - 30, words, "ending")


def _state(x: int, name: str, value: str) -> Iterator[Markup]:
    yield Markup('<circle class="state" cx="{}" cy="{}" r="16"/>').format(x, TOP)
    if name:
        yield text(x, TOP + 5, name, "name")
    yield text(x, TOP + 34, value, "worth")


def _fits(nested: Any, steps: int, lanes: int) -> bool:
    """Whether results are a table of one number for each step and environment."""
    if not isinstance(nested, list) or len(nested) < steps:
        return False
    return all(isinstance(row, list) and len(row) == lanes and not isinstance(row[0], list) for row in nested)
