"""The harness of the benchmarks: contenders in processes of their own, in turn, and what is told when one dies."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import policyproof
import pytest

BENCHMARKS = Path(policyproof.__file__).parent / "benchmarks"
PROBES = """
from itertools import repeat

def copy():
    return repeat(lambda: bytes(1000))

def matmul():
    return repeat(lambda: sum(range(100)))
"""
CONTENDERS = """
import os
from itertools import count, repeat
from time import sleep

def ours(n):
    print("a library that prints")
    return repeat(lambda: [os.getpid(), sum(range(n))])

def theirs(n):
    return repeat(lambda: [os.getpid(), sum(range(n + 1))])

def restored(n):
    for turn in count():
        yield lambda turn=turn: turn

def sleeps(n):
    return repeat(lambda: [sleep(0.002), os.environ["OMP_NUM_THREADS"]])

def dies(n):
    raise SystemExit(3)

def test_apart(interleaved):
    answer = interleaved([ours, theirs], {"n": 1000}, work={"matmul": 2 * 2**28, "copy": 1}, rounds=5)
    assert answer("ours")[0] != answer("theirs")[0]
    assert answer("ours")[1] == sum(range(1000))

def test_together(interleaved):
    answer = interleaved([ours, theirs], {"n": 10}, rounds=2, together=True)
    assert answer("ours")[0] == answer("theirs")[0]

def test_counted(interleaved):
    answer = interleaved([restored], {"n": 1}, rounds=4, calls=2)
    assert answer("restored") == 4 * 2

def test_on_one_thread(interleaved):
    assert interleaved([sleeps], {"n": 1}, rounds=3, calls=1)("sleeps")[1] == "1"

def test_on_two_threads(interleaved):
    assert interleaved([sleeps], {"n": 1}, rounds=3, calls=1, threads=2)("sleeps")[1] == "2"

def test_dying(interleaved):
    interleaved([ours, dies], {"n": 1})
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """What pytest said of the file above, and its benchmarks by name; the probes are quick ones."""
    folder = tmp_path_factory.mktemp("benchmarks")
    shutil.copy(BENCHMARKS / "worker.py", folder)
    anywhere = (BENCHMARKS / "conftest.py").read_text().replace("BUSY = 1.5", "BUSY = float('inf')")
    assert "inf" in anywhere
    (folder / "conftest.py").write_text(anywhere)
    (folder / "probes.py").write_text(PROBES)
    (folder / "test_it.py").write_text(CONTENDERS)
    options = ("-q", "--rootdir", str(folder), "-p", "pytest_benchmark.plugin", "--benchmark-json=full.json")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST_")}
    ran = subprocess.run(
        (sys.executable, "-m", "pytest", "test_it.py", *options), cwd=folder, capture_output=True, text=True,
        env=outside | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, check=False,
    )  # fmt: skip
    told = json.loads((folder / "full.json").read_text())["benchmarks"]
    return ran.stdout, {benchmark["name"]: benchmark for benchmark in told}


def test_each_contender_has_a_process_of_its_own_and_all_are_measured(done):
    benchmark = done[1]["test_apart"]
    shape = benchmark["extra_info"]
    assert shape["sizes"] == {"n": 1000}
    assert shape["processes"] == "a process each"
    assert set(shape["microseconds"]) == set(shape["quartiles"]) == {"ours", "theirs"}
    assert set(shape["probes"]) == {"copy", "matmul"}
    assert shape["theirs_to_ours"] > 0
    assert shape["ceiling"] == pytest.approx(2 * shape["probes"]["matmul"], rel=1e-3)
    assert benchmark["stats"]["median"] * 1e6 == pytest.approx(shape["microseconds"]["ours"], rel=1e-3)


def test_contenders_may_share_a_process(done):
    assert done[1]["test_together"]["extra_info"]["processes"] == "one process"


def test_as_many_calls_are_made_as_were_asked_for(done):
    assert done[1]["test_counted"]["stats"]["rounds"] == 4


def test_one_thread_is_timed_by_its_work_and_several_by_the_wall(done):
    one, two = (done[1][f"test_on_{count}"]["extra_info"] for count in ("one_thread", "two_threads"))
    assert one["microseconds"]["sleeps"] < 2000 <= two["microseconds"]["sleeps"]
    assert (one["clock"], two["clock"]) == ("CPU times of one thread", "times on the wall with 2 threads")


def test_a_contender_that_dies_is_named(done):
    assert "ChildProcessError: dies of test_it.py: the process ended with status 3" in done[0]
    assert done[0].splitlines()[-1].startswith("1 failed, 5 passed")
