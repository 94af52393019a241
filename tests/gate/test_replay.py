"""Counterexamples run again, alone and by the folder, and as scripts of their own."""

import json
import subprocess
import sys

import pytest

WRONG = """
import numpy as np

class Wrong:
    def gae(self, rewards, values, next_values, terminated, truncated, *, gamma, lam):
        done, advantages, last = terminated | truncated, np.zeros_like(rewards), 0.0
        for t in reversed(range(len(rewards))):
            delta = rewards[t] + gamma * next_values[t] * ~done[t] - values[t]
            advantages[t] = last = delta + gamma * lam * ~done[t] * last
        return advantages
"""
RIGHT = WRONG.replace("next_values[t] * ~done[t]", "next_values[t] * ~terminated[t]")
CRASHING = RIGHT.replace(
    "        done,", "        if truncated.any():\n            import os; os.abort()\n        done,"
)
ONLY = ("--only", "gae-truncation-bootstraps-from-final-state", "--only", "gae-equals-td-error-sum", "--seed", "0")


@pytest.fixture
def found(policyproof, tmp_path):
    """Judge an adapter, and say where its counterexamples are."""

    def judge(source):
        (tmp_path / "mine.py").write_text(source)
        policyproof("check", "mine.py:Wrong", "--profile", "quick", *ONLY)
        return tmp_path / ".policyproof" / "counterexamples"

    return judge


def test_a_folder_is_replayed_file_by_file(found, policyproof, tmp_path):
    folder = found(WRONG)
    (folder / "spoilt.json").write_text("{")
    again = policyproof("replay", folder)
    assert again.returncode == 2
    assert again.stdout.count("still fails:") == 2
    assert "refused: " in again.stdout
    assert again.stdout.splitlines()[-1] == "1 refused, 2 still fails"
    (folder / "spoilt.json").unlink()
    (tmp_path / "mine.py").write_text(RIGHT)
    fixed = policyproof("replay", folder)
    assert (fixed.returncode, fixed.stdout.splitlines()[-1]) == (0, "2 fixed")


def test_a_crash_is_replayed_without_crashing(found, policyproof, tmp_path):
    folder = found(CRASHING)
    again = policyproof("replay", folder)
    assert again.returncode == 1
    assert again.stdout.count("still fails: gae-") == again.stdout.count("killed by SIGABRT") == 2
    (tmp_path / "mine.py").write_text(WRONG)
    assert "fails differently" in policyproof("replay", folder).stdout


def test_what_was_kept_is_tried_first_and_found_again(found, policyproof, tmp_path):
    found(CRASHING)
    one = ("check", "mine.py:Wrong", "--profile", "quick", "--max-time", "0.001", "--json", "run.json", *ONLY)
    policyproof(*one)
    verdicts = json.loads((tmp_path / "run.json").read_text())["verdicts"]
    assert {verdict["status"] for verdict in verdicts} == {"crashed"}


def test_a_script_needs_neither_policyproof_nor_the_adapter(found, policyproof, tmp_path):
    folder = found("from __future__ import annotations\n" + WRONG)
    (file, *_) = folder.glob("*final-state.json")
    written = policyproof("script", file, "--output", "report.py")
    assert written.returncode == 0, written.stderr
    text = (tmp_path / "report.py").read_text()
    assert "policyproof" not in text
    (tmp_path / "mine.py").unlink()
    done = subprocess.run([sys.executable, "report.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "AssertionError: off by" in done.stderr
    (tmp_path / "report.py").write_text(text.replace("next_values[t] * ~done[t]", "next_values[t] * ~terminated[t]"))
    done = subprocess.run([sys.executable, "report.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_empty_folder_is_refused(policyproof, tmp_path):
    done = policyproof("replay", tmp_path)
    assert (done.returncode, "holds no counterexample" in done.stderr) == (2, True)
