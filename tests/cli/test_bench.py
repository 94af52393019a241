"""``policyproof bench``: what it refuses, and, by night, what it measures and compares."""

import json

import pytest


def test_an_unknown_benchmark_is_refused_with_the_names_of_those_there_are(policyproof):
    done = policyproof("bench", "no-such")
    assert done.returncode == 2
    assert done.stderr.startswith("policyproof: unknown benchmark 'no-such'; there are advantage, ")


def test_a_record_that_is_none_is_refused_before_anything_is_measured(policyproof, tmp_path):
    (tmp_path / "before.json").write_text("{}")
    done = policyproof("bench", "advantage", "--compare", "before.json")
    assert done.returncode == 2
    assert "UnknownSchemaError" in done.stderr


@pytest.mark.nightly
def test_a_run_compared_with_a_forged_one_is_slower_and_with_itself_is_not(policyproof, tmp_path):
    done = policyproof("bench", "trpo-update", "--json", "now.json")
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "now.json").read_text())
    for shape in record["shapes"]:
        assert {"copy", "matmul"} == set(shape["probes"])
        shape["microseconds"] = {name: time / 100 for name, time in shape["microseconds"].items()}
    (tmp_path / "forged.json").write_text(json.dumps(record))
    done = policyproof("bench", "trpo-update", "--compare", "forged.json")
    assert done.returncode == 1
    assert "slower: policy, ours:" in done.stdout
    assert policyproof("bench", "trpo-update", "--compare", "now.json", "--slower-than", 20).returncode == 0
