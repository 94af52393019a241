"""Counterexample files: written once, read for ever, never executed."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from policyproof.gate import counterexample
from policyproof.gate.counterexample import decode_case, document, encode_case, load
from policyproof.gate.errors import UsageError
from policyproof.invariants.advantage.strategies import trajectories
from policyproof.invariants.mdps import two_policies

IMPLEMENTATION = {"name": "x", "version": "", "dtype": "float32", "device": "cpu", "conventions": {}}


@settings(max_examples=50, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(trajectories("float32") | two_policies())
def test_a_case_survives_the_file(case):
    again = decode_case(json.loads(json.dumps(encode_case(case))))
    assert type(again) is type(case)
    assert str(again) == str(case)


@pytest.fixture
def good():
    from hypothesis import find

    case = find(trajectories("float32"), lambda case: case.ended.any())
    return document("gae-equals-td-error-sum", "fast-cpu", IMPLEMENTATION, case, None, "it raised")


def test_a_good_file_is_read(good, tmp_path):
    file = tmp_path / "good.json"
    file.write_text(json.dumps(good))
    assert load(file) == good


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: "", "no JSON"),
        (lambda text: text[: len(text) // 2], "cut off"),
        (lambda text: "[" * 100_000, "no JSON"),
        (lambda text: "[]", "is not of type 'object'"),
        (lambda text: text.replace("counterexample/1", "counterexample/2"), "counterexample/1"),
        (lambda text: text.replace('"reals"', '"pickle"'), "case"),
        (lambda text: text.replace('"1"', '"__import__(1)"'), "case"),
        (lambda text: text.replace('"invariant": "gae', '"invariant": "../../gae'), "invariant"),
        (lambda text: text.replace('"error"', '"errors"'), "error"),
        (lambda text: text[:-1] + " " * counterexample.LARGEST_FILE + "}", "larger than"),
        (lambda text: "\udcff", "no JSON"),
    ],
)
def test_a_spoilt_file_is_refused_by_name(good, tmp_path, spoil, says):
    file = tmp_path / "spoilt.json"
    file.write_bytes(spoil(json.dumps(good)).encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=r"spoilt\.json") as refusal:
        load(file)
    assert says in str(refusal.value)


def test_arrays_that_do_not_fit_their_shape_are_refused(good):
    good["case"]["fields"]["rewards"]["shape"] = [9, 9]
    with pytest.raises(UsageError, match="cannot hold"):
        decode_case(good["case"])


def test_unknown_kinds_and_fields_are_refused(good):
    with pytest.raises(UsageError, match="case kind 'Nonsense' is unknown"):
        decode_case({**good["case"], "kind": "Nonsense"})
    del good["case"]["fields"]["gamma"]
    with pytest.raises(UsageError, match="has the fields"):
        decode_case(good["case"])
