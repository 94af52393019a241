"""What docs/judge-your-library.md says of its example is so."""

import shutil
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parent.parent / "docs" / "example"


@pytest.fixture
def example(tmp_path):
    pytest.importorskip("torch", reason="the example is written in PyTorch, which is not installed")
    for file in EXAMPLE.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)


@pytest.mark.usefixtures("example")
def test_the_example_fails_by_itself_and_passes_with_what_it_declares(policyproof):
    what = ("--only", "gae-truncation-bootstraps-from-final-state", "--only", "gae-termination-wins-over-truncation")
    arguments = ("check", "ppo_adapter.py:PPO", *what, "--seed", "0", "--in-process")
    alone = policyproof(*arguments)
    assert alone.returncode == 1
    assert "time-limit-as-termination" in alone.stdout
    declared = policyproof(*arguments, "--deviations", "deviations.toml")
    assert declared.returncode == 0, declared.stdout + declared.stderr
    assert "1 holds, 1 deviates" in " ".join(declared.stdout.split())
