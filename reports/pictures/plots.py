"""Plots for pages: dots on a logarithmic axis, how tight inequalities are, learning curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

from markupsafe import Markup

from .svg import svg, text

__all__ = ["learning_curves", "ratio_plot", "tightness_of"]

TONES = 6
"""How many colours lines and dots take before they repeat."""
WRITTEN = 2
"""So many contenders have their ratios written beside their dots."""


def ratio_plot(rows: Sequence[tuple[str, Mapping[str, tuple[float, float, float]]]], unit: str) -> Markup:
    """Contenders on a logarithmic axis, one row a shape: the middle as a dot, the spread as a bar behind it.

    ``rows`` holds, for each shape, contender → (low, middle, high); 1 is marked: there stands the probe.
    """
    names = list(dict.fromkeys(name for _, values in rows for name in values))
    numbers = [value for _, values in rows for triple in values.values() for value in triple] + [1.0]
    low, high = floor(log10(min(numbers))), ceil(log10(max(numbers)) + 1e-9)
    high = max(high, low + 1)
    gap = 16 if len(names) <= WRITTEN else 7
    left, top, line = max(70, 24 + 8.4 * max(len(shape) for shape, _ in rows)), 58, 26 + gap * len(names)
    right = left + 420

    def x(value: float) -> float:
        return left + (right - left) * (log10(value) - low) / (high - low)

    bottom = top + line * len(rows)
    parts = [_tick(x(10.0**power), top - 14, bottom, f"{10.0**power:,g}×") for power in range(low, high + 1)]
    parts.append(Markup('<path class="unit" d="M{0:.1f} {1}V{2}"/>').format(x(1.0), top - 14, bottom))
    for i, (shape, values) in enumerate(rows):
        parts.append(text(left - 14, top + line * i + 20 + gap * (len(names) - 1) / 2, shape, "row"))
        for name, (below, middle, above) in values.items():
            tone = names.index(name) % TONES
            y = top + line * i + 16 + gap * names.index(name)
            spread = Markup('<path class="spread tone-{}" d="M{:.1f} {}H{:.1f}"/>').format(tone, x(below), y, x(above))
            dot = Markup('<circle class="dot tone-{}" cx="{:.1f}" cy="{}" r="6"><title>{}</title></circle>').format(
                tone, x(middle), y, f"{name}: {middle:.3g} {unit}"
            )
            parts += [spread, dot]
            if len(names) <= WRITTEN:
                parts.append(text(max(x(middle) + 12, x(above) + 6), y + 4, f"{float(f'{middle:.3g}'):,g}×", "key"))
    at = left
    for i, name in enumerate(names):
        parts.append(Markup('<circle class="dot tone-{}" cx="{}" cy="16" r="6"/>').format(i % TONES, at))
        parts.append(text(at + 12, 20, name, "key"))
        at += 40 + 8 * len(name)
    return svg(
        "plot",
        (0, 0, max(right + 60, at), bottom + 34),
        f"ratio plot, {unit}",
        [*parts, text((left + right) / 2, bottom + 30, unit, "axis")],
    )


def tightness_of(ledger: Mapping[str, Any]) -> Markup:
    """How much of each inequality was used up by the instance that comes nearest: sorted, one bar an inequality."""
    entries = [(entry["name"], entry["ratio_float"]) for entry in ledger["evidence"] if "ratio_float" in entry]
    ordered = sorted(entries, key=lambda entry: (-entry[1], entry[0]))
    left, width, height = 44, 3.2, 130
    parts = [
        Markup('<path class="tick" d="M{} {:.1f}H{:.1f}"/>').format(
            left, 14 + height * (1 - level), left + 4 + width * len(ordered)
        )
        + text(left - 8, 18 + height * (1 - level), f"{level:g}", "row")
        for level in (0.0, 0.5, 1.0)
    ]
    for i, (name, ratio) in enumerate(ordered):
        tall = max(height * min(max(ratio, 0.0), 1.0), 1.0)
        parts.append(
            Markup(
                '<rect class="bar{}" x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}"><title>{}</title></rect>'
            ).format(
                " attained" if ratio >= 1 else "",
                left + 4 + width * i,
                14 + height - tall,
                width - 0.8,
                tall,
                f"{name}: {ratio:.4g}",
            )
        )
    return svg(
        "plot",
        (0, 0, max(240, left + 8 + width * len(ordered)), height + 24),
        "tightness of the inequalities",
        parts,
    )


def learning_curves(record: Mapping[str, Any]) -> Markup:
    """Interquartile means over the seeds, each with its band."""
    curves = record["curves"]
    left, right = 64, 520
    keys = _keys([curve["name"] for curve in curves], left, right)
    top = keys[-1][1] + 28
    bottom = top + 236
    xs = [step for curve in curves for step in curve["steps"]]
    ys = [value for curve in curves for key in ("low", "high") for value in curve[key]]
    x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
    y1 = y1 if y1 > y0 else y0 + 1

    def at(step: float, value: float) -> str:
        x = left + (right - left) * (step - x0) / max(x1 - x0, 1)
        return f"{x:.1f} {bottom - (bottom - top) * (value - y0) / (y1 - y0):.1f}"

    parts = []
    for share in (0.0, 0.5, 1.0):
        y = bottom - (bottom - top) * share
        parts.append(Markup('<path class="tick" d="M{} {:.1f}H{}"/>').format(left, y, right))
        parts.append(text(left - 8, y + 4, f"{float(f'{y0 + (y1 - y0) * share:.3g}'):,g}", "row"))
        parts.append(text(left + (right - left) * share, bottom + 18, f"{x0 + (x1 - x0) * share:,.0f}", "axis"))
    for i, (curve, (x, y)) in enumerate(zip(curves, keys, strict=True)):
        tone, steps = i % TONES, curve["steps"]
        band = [at(s, v) for s, v in zip(steps, curve["high"], strict=True)]
        band += [at(s, v) for s, v in zip(reversed(steps), reversed(curve["low"]), strict=True)]
        line = [at(s, v) for s, v in zip(steps, curve["interquartile_mean"], strict=True)]
        parts.append(Markup('<path class="band tone-{}" d="M{}Z"/>').format(tone, "L".join(band)))
        parts.append(Markup('<path class="line tone-{}" d="M{}"/>').format(tone, "L".join(line)))
        parts.append(Markup('<circle class="dot tone-{}" cx="{}" cy="{}" r="6"/>').format(tone, x, y))
        parts.append(text(x + 12, y + 4, curve["name"], "key"))
    parts.append(text((left + right) / 2, bottom + 38, "steps", "axis"))
    return svg("plot", (0, 0, right + 40, bottom + 44), f"learning curves: {record['what']}", parts)


def _keys(names: Sequence[str], left: int, right: int) -> list[tuple[int, int]]:
    """Where the names stand, beside each other while there is room."""
    found: list[tuple[int, int]] = []
    x, y = left, 16
    for name in names:
        width = 40 + 8 * len(name)
        if found and x + width > right + 40:
            x, y = left, y + 20
        found.append((x, y))
        x += width
    return found


def _tick(x: float, top: float, bottom: float, words: str) -> Markup:
    line = Markup('<path class="tick" d="M{:.1f} {}V{}"/>').format(x, top, bottom)
    return line + text(x, top - 6, words, "axis")
