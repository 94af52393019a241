"""A decision process as a graph: states, and an arrow for each transition of positive probability.

Each action has its own colour and its own bend, so that arrows between the same states stay apart. The arrow's label
is its probability, where that is not 1, and the expected reward of state and action.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, hypot, pi, sin
from typing import Any

from markupsafe import Markup

from .numbers import grid
from .svg import svg, text

__all__ = ["graph", "process_of"]

RADIUS, STATE = 140.0, 25.0
MOST_LABELS = 20
"""Arrows that are labelled; with more of them the tables below say the same more readably."""

Point = tuple[float, float]


def process_of(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """The arrays of the process in a case: an ``mdp`` field, or arrays of these names with no leading axis."""
    inside = next((value["fields"] for value in fields.values() if value["type"] == "mdp"), fields)
    transition, reward = inside.get("transition"), inside.get("reward")
    if transition is None or reward is None:
        return None
    small = len(transition.get("shape", ())) == 3 and len(reward.get("shape", ())) == 2 and transition["shape"][0] <= 8
    return dict(inside) if small else None


def graph(process: Mapping[str, Any]) -> Markup:
    """The picture of a process with at most eight states."""
    transition, reward = grid(process["transition"]), grid(process["reward"])
    initial = process.get("initial")
    starts = grid(initial) if initial is not None and len(initial.get("shape", ())) == 1 else None
    states, actions, _ = transition.shape
    places = [_place(s, states) for s in range(states)]
    edges = [
        (s, a, to)
        for s in range(states)
        for a in range(actions)
        for to in range(states)
        if transition.text(s, a, to) not in ("0", "0.0")
    ]
    lines, labels = [], []
    reached = [(x + side * (STATE + 4), y + side * (STATE + 4)) for x, y in places for side in (-1, 1)]
    for s, a, to in edges:
        path, (x, y), away = _loop(places[s], a) if s == to else _bend(places[s], places[to], a)
        lines.append(Markup('<path class="arrow action-{}" d="{}"/>').format(a % 6, path))
        if len(edges) <= MOST_LABELS:
            chance = [f"a{a}", *([] if transition.text(s, a, to) == "1" else [transition.text(s, a, to)])]
            label = f"{' · '.join(chance)}, r {reward.text(s, a)}"
            half = 3.4 * len(label)
            x += away * half
            labels.append(text(x, y, label, f"edge action-{a % 6}"))
            reached += [(x - half, y - 14), (x + half, y + 6)]
    for s, (x, y) in enumerate(places):
        starts_here = starts is not None and starts.text(s) != "0"
        lines.append(Markup('<circle class="state" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format(x, y, STATE))
        lines.append(text(x, y + (0 if starts_here else 5), f"s{s}", "name"))
        if starts is not None and starts_here:
            lines.append(text(x, y + 14, f"μ {starts.text(s)}", "start-share"))
    left, top = (min(point[axis] for point in reached) for axis in (0, 1))
    width, height = (max(point[axis] for point in reached) - low for axis, low in ((0, left), (1, top)))
    words = f"a decision process of {states} states and {actions} actions"
    return svg("picture graph", (left, top, width, height), words, [*lines, *labels])


def _place(s: int, states: int) -> Point:
    if states == 1:
        return 0.0, 0.0
    angle = 2 * pi * s / states + (pi if states == 2 else -pi / 2)
    return RADIUS * cos(angle), RADIUS * sin(angle)


def _bend(start: Point, end: Point, action: int) -> tuple[str, Point, float]:
    """A curve to the right of its direction, farther for each further action; where its label stands, centred."""
    (x1, y1), (x2, y2) = start, end
    length = hypot(x2 - x1, y2 - y1)
    across = ((y2 - y1) / length, -(x2 - x1) / length)
    bend = 34 + 44 * action
    middle = ((x1 + x2) / 2 + across[0] * bend, (y1 + y2) / 2 + across[1] * bend)
    first = _towards(start, middle, STATE)
    last = _towards(end, middle, STATE + 2)
    label = ((x1 + x2) / 2 + across[0] * (bend / 2 + 9), (y1 + y2) / 2 + across[1] * (bend / 2 + 9) + 4)
    curve = f"Q{middle[0]:.1f} {middle[1]:.1f} {last[0]:.1f} {last[1]:.1f}"
    return f"M{first[0]:.1f} {first[1]:.1f}{curve}{_head(middle, last)}", label, 0.0


def _loop(at: Point, action: int) -> tuple[str, Point, float]:
    """A loop outward from the middle, larger for each further action; its label, and to which side that stands."""
    x, y = at
    away = hypot(x, y)
    turn = 2 * pi * action / 5 - pi / 2
    out = (x / away, y / away) if away else (cos(turn), sin(turn))
    side = (-out[1], out[0])
    further = action if away else 0
    reach, spread = 54 + 34 * further, 18 + 10 * further
    controls = [
        (x + out[0] * reach + sign * side[0] * spread, y + out[1] * reach + sign * side[1] * spread) for sign in (-1, 1)
    ]
    first, last = _towards(at, controls[0], STATE), _towards(at, controls[1], STATE + 2)
    curve = " ".join(f"{px:.1f} {py:.1f}" for px, py in [*controls, last])
    top = (x + out[0] * (reach * 0.75 + 10), y + out[1] * (reach * 0.75 + 14) + 4)
    return f"M{first[0]:.1f} {first[1]:.1f}C{curve}{_head(controls[1], last)}", top, round(out[0], 6)


def _towards(start: Point, goal: Point, distance: float) -> Point:
    length = hypot(goal[0] - start[0], goal[1] - start[1])
    return start[0] + (goal[0] - start[0]) * distance / length, start[1] + (goal[1] - start[1]) * distance / length


def _head(before: Point, tip: Point) -> str:
    """Two strokes that make the tip of an arrow."""
    length = hypot(tip[0] - before[0], tip[1] - before[1])
    dx, dy = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
    strokes = [(-7 * dx + sign * 4 * dy, -7 * dy - sign * 4 * dx) for sign in (1, -1)]
    (ax, ay), (bx, by) = strokes
    return f"M{tip[0] + ax:.1f} {tip[1] + ay:.1f}L{tip[0]:.1f} {tip[1]:.1f}L{tip[0] + bx:.1f} {tip[1] + by:.1f}"
