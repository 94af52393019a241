"""A campaign survives what happens to it, and counts everything once."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

SOURCE = """
import numpy as np

class Mine:
    dtype = "float64"

    def gae(self, rewards, values, next_values, terminated, truncated, *, gamma, lam):
        done, advantages, last = terminated | truncated, np.zeros_like(rewards), 0.0
        for t in reversed(range(len(rewards))):
            delta = rewards[t] + gamma * next_values[t] * ~BOOTSTRAP[t] - values[t]
            advantages[t] = last = delta + gamma * lam * ~done[t] * last
        return advantages
"""
RIGHT, WRONG = SOURCE.replace("BOOTSTRAP", "terminated"), SOURCE.replace("BOOTSTRAP", "done")
NAMES = ("gae-equals-td-error-sum", "gae-truncation-bootstraps-from-final-state", "gae-same-inputs-same-bits")
ONLY = tuple(part for name in NAMES for part in ("--only", name))


def lines(folder):
    return [json.loads(line) for line in (folder / "run.jsonl").read_text().splitlines()]


def units(folder):
    return [(line["invariant"], line["seed"]) for line in lines(folder) if "seed" in line]


def counted(folder):
    """What was found, without what depends on the clock."""
    return sorted((line["invariant"], line["seed"], line["status"], line["examples"]) for line in lines(folder)[1:-1])


@pytest.fixture
def campaign(policyproof, tmp_path):
    def run(source, *arguments, folder="run"):
        (tmp_path / "mine.py").write_text(source)
        command = ("campaign", "mine.py:Mine", "--run", folder, "--examples", "8", *ONLY, *arguments)
        return policyproof(*command), tmp_path / folder

    return run


def test_every_unit_is_recorded_once_and_the_totals_close_the_run(campaign):
    done, folder = campaign(RIGHT, "--seeds", "5:8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(units(folder)) == sorted((name, seed) for name in NAMES for seed in (5, 6, 7))
    assert lines(folder)[0]["schema"] == "policyproof/campaign/1"
    last = lines(folder)[-1]
    assert last["complete"]
    assert (last["totals"]["units"], last["totals"]["examples"]) == (9, 72)
    assert last["coverage"] == dict.fromkeys(NAMES, 24)


def test_failures_that_look_the_same_are_kept_once_and_all_counted(campaign):
    done, folder = campaign(WRONG, "--seeds", "0:3")
    assert done.returncode == 1
    failures = lines(folder)[-1]["failures"]
    assert {(failure["invariant"], failure["count"]) for failure in failures} == {(name, 3) for name in NAMES[:2]}
    assert len(list((folder / "counterexamples").iterdir())) == 2
    assert "seen with 3 seeds" in done.stdout


@pytest.mark.nightly
def test_one_worker_and_two_say_the_same(campaign):
    _, one = campaign(WRONG, "--seeds", "0:1", "--workers", "1", folder="one")
    _, two = campaign(WRONG, "--seeds", "0:1", "--workers", "2", folder="two")
    assert counted(one) == counted(two)


def test_a_run_goes_on_after_a_half_written_line(campaign):
    _, folder = campaign(WRONG, "--seeds", "0:3")
    whole = counted(folder)
    text = (folder / "run.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "run.jsonl").write_bytes(b"".join(text[:4]) + text[4][:20])
    refused, _ = campaign(WRONG, "--seeds", "0:3")
    assert (refused.returncode, "--resume" in refused.stderr) == (2, True)
    other, _ = campaign(WRONG, "--seeds", "0:4", "--resume")
    assert (other.returncode, "was started with other" in other.stderr) == (2, True)
    again, _ = campaign(WRONG, "--seeds", "0:3", "--resume")
    assert again.returncode == 1
    assert counted(folder) == whole


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_run_whose_driver_ends_goes_on_where_it_was(campaign, tmp_path, end):
    (tmp_path / "mine.py").write_text(RIGHT)
    command = [sys.executable, "-m", "policyproof", "campaign", "mine.py:Mine", "--run", "run", "--examples", "8"]
    driver = subprocess.Popen(
        [*command, *ONLY, "--seeds", "0:40"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    file = tmp_path / "run" / "run.jsonl"
    while not file.exists() or file.read_bytes().count(b"\n") < 4:
        assert driver.poll() is None
        time.sleep(0.05)
    driver.send_signal(end)
    output, errors = driver.communicate(timeout=60)
    if end == signal.SIGINT:
        assert "CUT SHORT: go on with --resume" in output, errors
    before = units(tmp_path / "run")
    assert 3 <= len(before) < 120
    done, folder = campaign(RIGHT, "--seeds", "0:40", "--resume")
    assert done.returncode == 0, done.stderr
    assert units(folder)[: len(before)] == before
    assert len(units(folder)) == len(set(units(folder))) == 120


def test_bad_seeds_are_refused(campaign):
    done, _ = campaign(RIGHT, "--seeds", "9:3")
    assert (done.returncode, "FIRST:END" in done.stderr) == (2, True)


@pytest.mark.nightly
def test_a_ray_cluster_loses_a_worker_and_nothing_else(campaign, tmp_path):
    pytest.importorskip("ray", reason="Ray is an optional dependency")
    _, here = campaign(RIGHT, "--seeds", "0:30", folder="here")
    command = [sys.executable, "-m", "policyproof", "campaign", "mine.py:Mine", "--run", "ray", "--examples", "8"]
    driver = subprocess.Popen([*command, *ONLY, "--seeds", "0:30", "--ray", "local"], cwd=tmp_path)
    file = tmp_path / "ray" / "run.jsonl"
    while not file.exists() or file.read_bytes().count(b"\n") < 10:
        assert driver.poll() is None
        time.sleep(0.05)
    found = subprocess.run(["pgrep", "-f", "ray::_judged"], capture_output=True, text=True, check=False)
    victims = [int(pid) for pid in found.stdout.split() if os.path.exists(f"/proc/{pid}")]  # noqa: PTH110
    assert victims
    os.kill(victims[0], signal.SIGKILL)
    assert driver.wait(timeout=300) == 0
    assert counted(tmp_path / "ray") == counted(here)
    assert len(units(tmp_path / "ray")) == len(set(units(tmp_path / "ray"))) == 90
