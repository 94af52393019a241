"""``policyproof kill-matrix``."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from ..gate.check import chosen_seed, selected
from ..gate.kill_matrix import kill_matrix
from ..gate.profile import PROFILES
from ..invariants.discovery import all_variants
from .common import exit_with, progress_bar, refuse_unwritable

__all__ = ["kill_matrix_"]


@click.command(name="kill-matrix")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="quick", show_default=True, help="How much work.")
@click.option("--only", multiple=True, metavar="ID", help="An invariant or a capability; may be repeated.")
@click.option("--seed", type=int, help="What to draw from; 0 under CI, random elsewhere, always printed.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the matrix as JSON.")
@click.option(
    "--figures", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Draw it, by capability."
)
def kill_matrix_(
    profile: str, only: tuple[str, ...], seed: int | None, json_file: Path | None, figures: Path | None
) -> None:
    """Judge every known bug by every invariant: what is caught, how soon, and what would be missed."""
    console, seed = Console(highlight=False), chosen_seed(seed)

    def judge_all() -> int:
        selected(only or None)
        if json_file is not None:
            refuse_unwritable(json_file)
        with progress_bar() as progress:
            task = progress.add_task("variants", total=len(all_variants()))
            matrix = kill_matrix(
                PROFILES[profile],
                seed,
                only=only or None,
                ended=lambda variant: progress.update(task, advance=1, description=variant.name),
            )
        console.print(
            f"{len(matrix['variants'])} known bugs and controls, {len(matrix['invariants'])} invariants, "
            f"{len(matrix['kills'])} kills; {len(matrix['survivors'])} survive, {len(matrix['lonely'])} are caught by "
            f"one invariant alone; seed {seed}"
        )
        for name in matrix["survivors"]:
            console.print(f"survives: {name}", markup=False)
        if json_file is not None:
            json_file.write_text(json.dumps(matrix, indent=1) + "\n", encoding="utf-8")
            console.print(f"report: {json_file}")
        if figures is not None:
            from ..reports.kill_matrix import draw as draw_kill_matrix

            figures.mkdir(parents=True, exist_ok=True)
            for capability in dict.fromkeys(variant["capability"] for variant in matrix["variants"]):
                draw_kill_matrix(matrix, capability, figures / f"{capability}.png")
            console.print(f"figures: {figures}")
        return int(bool(matrix["survivors"]))

    exit_with(judge_all)
