"""`policyproof check` as a person meets it."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest

SHIFTED = """
import numpy as np

class Shifted:
    def gae(self, rewards, values, next_values, terminated, truncated, *, gamma, lam):
        done = np.concatenate([terminated[1:], terminated[-1:]])
        advantages, following = np.zeros_like(rewards), 0
        for t in reversed(range(len(rewards))):
            delta = rewards[t] + gamma * (1 - done[t]) * next_values[t] - values[t]
            following = delta + gamma * lam * (1 - done[t]) * (1 - truncated[t]) * following
            advantages[t] = following
        return advantages
"""


ENDINGS = "gae-episodes-are-independent"


@pytest.fixture
def adapter(tmp_path):
    def write(text, name="mine.py"):
        file = tmp_path / name
        file.write_text(text)
        return file

    return write


@pytest.fixture(scope="module")
def shifted(tmp_path_factory):
    """A finished run of the adapter with a done flag shifted by one, and the folder that it ran in."""
    folder = tmp_path_factory.mktemp("shifted")
    (folder / "mine.py").write_text(SHIFTED)
    command = [sys.executable, "-m", "policyproof", "check", "mine.py:Shifted", "--seed", "7", "--json", "run.json"]
    return folder, subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_correct_implementation_holds_and_says_how_much_ran(policyproof, tmp_path):
    done = policyproof("check", "fast-cpu", "--profile", "quick", "--seed", "3", "--json", "run.json")
    assert done.returncode == 0, done.stdout + done.stderr
    run = json.loads((tmp_path / "run.json").read_text())
    assert run["schema"] == "policyproof/run/1"
    assert run["complete"] is True
    assert run["implementation"]["name"] == "fast-cpu"
    assert run["totals"]["invariants"] == run["totals"]["holds"] >= 38
    assert {verdict["status"] for verdict in run["verdicts"]} <= {"holds", "not offered"}
    assert run["totals"]["examples"] == sum(verdict["examples"] for verdict in run["verdicts"]) > 500
    assert {verdict["class"] for verdict in run["verdicts"]} <= {"theorem", "definition", "convention", "statistical"}
    assert f"{run['totals']['invariants']} invariants" in done.stdout
    assert "seed 3" in done.stdout
    assert "\x1b[" not in done.stdout


def test_several_targets_make_an_array_of_runs(policyproof, tmp_path):
    done = policyproof("check", "fast-cpu", "fast-cpu", "--only", "gae-equals-td-error-sum", "--json", "runs.json")
    assert done.returncode == 0
    assert [run["totals"]["invariants"] for run in json.loads((tmp_path / "runs.json").read_text())] == [1, 1]


def test_a_shifted_done_flag_is_found_shrunk_and_named(shifted):
    folder, done = shifted
    assert done.returncode == 1, done.stderr
    assert "done-flag-of-the-next-step" in done.stdout
    assert "RoboVerseOrg/RoboVerse#814" in done.stdout
    violated = [v for v in json.loads((folder / "run.json").read_text())["verdicts"] if v["status"] == "violated"]
    assert violated
    for verdict in violated:
        steps, environments = verdict["counterexample"]["case"]["fields"]["rewards"]["shape"]
        assert steps <= 3, verdict["invariant"]
        assert environments == 1, verdict["invariant"]
        assert verdict["diagnosis"][0]["variant"] == "done-flag-of-the-next-step", verdict["invariant"]


def test_the_printed_command_replays_from_another_folder(shifted, tmp_path):
    _, done = shifted
    command = re.search(r"replay: policyproof (replay .*)", done.stdout).group(1).split()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = subprocess.run(
        [sys.executable, "-m", "policyproof", *command], cwd=elsewhere, capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert again.stdout.startswith("still fails")


def test_a_replay_follows_edits_of_the_adapter(shifted, policyproof):
    folder, _ = shifted
    adapter = folder / "mine.py"
    found = folder / ".policyproof" / "counterexamples" / "Shifted--gae-equals-td-error-sum.json"
    try:
        adapter.write_text("# a comment that moves every line\n" + SHIFTED)
        assert policyproof("replay", found).stdout.startswith("still fails")
        adapter.write_text(SHIFTED.replace("gamma * (1 - done[t])", "2 * gamma * (1 - done[t])"))
        assert policyproof("replay", found).stdout.startswith("fails differently")
        adapter.write_text(SHIFTED.replace("np.concatenate([terminated[1:], terminated[-1:]])", "terminated"))
        fixed = policyproof("replay", found)
        assert fixed.stdout.startswith("fixed")
        assert fixed.returncode == 0
    finally:
        adapter.write_text(SHIFTED)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("raise RuntimeError('boom')", "RuntimeError: boom"),
    ],
)
def test_misbehaviour_is_an_error_and_the_rest_of_the_run_goes_on(policyproof, adapter, tmp_path, body, says):
    file = adapter(
        "class Bad:\n"
        "    def gae(self, rewards, values, next_values, terminated, truncated, *, gamma, lam):\n"
        f"        {body}\n"
        "    def lambda_returns(self, *batch, gamma, lam):\n"
        "        return batch[1]\n"
    )
    done = policyproof("check", f"{file}:Bad", "--profile", "quick", "--seed", "0", "--json", "run.json")
    assert done.returncode == 1, done.stderr
    run = json.loads((tmp_path / "run.json").read_text())
    errors = [verdict for verdict in run["verdicts"] if verdict["status"] == "error"]
    assert {verdict["capability"] for verdict in errors} == {"gae"}
    assert all(says in verdict["message"] and verdict["counterexample"] for verdict in errors)
    assert run["complete"]
    assert any(v["capability"] == "lambda_returns" and v["status"] == "holds" for v in run["verdicts"])


def test_a_method_name_that_is_not_callable_is_an_error(policyproof, adapter):
    file = adapter("class Bad:\n    gae = 3\n")
    done = policyproof("check", f"{file}:Bad", "--only", "gae-equals-td-error-sum")
    assert done.returncode == 1
    assert "not callable" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fast-gpu"], "unknown target 'fast-gpu': did you mean fast-cpu?"),
        (["nowhere.py:Thing"], "there is no file"),
        (["broken.py:Thing"], "SyntaxError"),
        (["empty.py:Thing"], "has none of the methods that can be judged"),
        (["empty.py:Thign"], "did you mean Thing?"),
        (["empty.py:Fails"], "constructing empty.py:Fails failed with ValueError: no"),
        (["empty.py:Half"], "dtype is 'float16'"),
        (["empty.py:Own"], "unknown convention 'taste'"),
        (["no.such.module:Thing"], "ModuleNotFoundError"),
        (["aborts.py:Thing"], "ended the process that did it: killed by SIGABRT"),
        (["exits.py:Thing"], "ended the process that did it: exit status 3"),
        (["fast-cpu", "--only", "gae-equals-td-sum"], "did you mean gae-equals-td-error-sum?"),
        (["fast-cpu", "--json", "no/such/folder/run.json"], "cannot write"),
        (["fast-cpu", "--json", "."], "cannot write"),
        (["fast-cpu", "--profile", "slow"], "'slow' is not one of"),
        (["fast-cpu", "--max-time", "0"], "0"),
        ([], "Missing argument"),
    ],
    ids=lambda value: "-".join(value) or "nothing" if isinstance(value, list) else "",
)
def test_bad_input_ends_with_2_and_one_sentence(policyproof, adapter, arguments, says):
    adapter("class Thing(:\n", "broken.py")
    adapter("import os\nos.abort()\n", "aborts.py")
    adapter("class Thing:\n    def __init__(self): raise SystemExit(3)\n    def gae(self): pass\n", "exits.py")
    adapter(
        "class Thing: pass\n"
        "class Fails:\n    def __init__(self): raise ValueError('no')\n"
        "class Half:\n    dtype = 'float16'\n    def gae(self): pass\n"
        "class Own:\n    conventions = {'taste': 1}\n    def gae(self): pass\n",
        "empty.py",
    )
    done = policyproof("check", *arguments)
    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_same_seed_gives_the_same_verdicts_and_counterexamples(policyproof, adapter, tmp_path):
    file = adapter(SHIFTED)
    runs = []
    for name in ("a.json", "b.json"):
        policyproof("check", f"{file}:Shifted", "--only", ENDINGS, "--seed", "11", "--json", name)
        run = json.loads((tmp_path / name).read_text())
        for verdict in run["verdicts"]:
            del verdict["seconds"]
        runs.append(run)
    assert runs[0]["totals"]["violated"] == 1
    assert runs[0] == runs[1]


def test_ctrl_c_leaves_a_partial_report(adapter, tmp_path):
    file = adapter(
        "import time\n"
        "from pathlib import Path\n"
        "class Slow:\n"
        "    def gae(self, *batch, gamma, lam):\n"
        f"        Path({str(tmp_path / 'judged')!r}).touch()\n"
        "        time.sleep(0.2)\n"
        "        return batch[0] - batch[1]\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "policyproof", "check", f"{file}:Slow", "--json", "run.json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "judged").exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "CUT SHORT" in output
    assert json.loads((tmp_path / "run.json").read_text())["complete"] is False


def test_a_time_box_still_runs_every_invariant(policyproof, tmp_path):
    done = policyproof("check", "fast-cpu", "--max-time", "1", "--json", "run.json", "--seed", "0")
    assert done.returncode == 0
    run = json.loads((tmp_path / "run.json").read_text())
    assert run["complete"]
    offered = [verdict for verdict in run["verdicts"] if verdict["status"] != "not offered"]
    assert all(verdict["examples"] >= 1 for verdict in offered)
    assert run["totals"]["examples"] < 128 * len(offered)
