"""What a report is made of is whole, sound and of our kind; everything else is refused by name."""

import json
from copy import deepcopy
from pathlib import Path

import policyproof
import pytest
from policyproof.gate.kill_matrix import kill_matrix
from policyproof.gate.profile import PROFILES
from policyproof.reports.errors import (
    CutOffError,
    DuplicateError,
    EmptyRecordError,
    InconsistentError,
    NewerSchemaError,
    RecordError,
    SchemaError,
    UnknownSchemaError,
    UnreadableError,
)
from policyproof.reports.loading import LARGEST_FILE, load, records_of

ROOT = Path(policyproof.__file__).parent


@pytest.fixture
def file(tmp_path):
    return tmp_path / "run.json"


def test_what_the_gate_writes_is_accepted(run, file):
    assert any(verdict["counterexample"] for verdict in run["verdicts"])
    file.write_text(json.dumps(run))
    assert load([file]).runs == (json.loads(json.dumps(run)),)


def test_a_file_may_hold_several_runs(run, file):
    other = deepcopy(run)
    other["implementation"]["name"] = "another"
    file.write_text(json.dumps([run, other]))
    assert [r["implementation"]["name"] for r in load([file]).runs] == ["shifted", "another"]


@pytest.mark.parametrize("record", sorted((ROOT / "reports" / "claims").glob("*.json")), ids=lambda f: f.name)
def test_the_committed_ledger_is_accepted(record):
    assert load([record]).ledger is not None


@pytest.fixture(scope="module")
def matrix():
    return kill_matrix(PROFILES["quick"], 0, only=["approximate-kl-where-the-policies-agree-it-is-zero"])


def test_what_the_kill_matrix_writes_is_accepted(matrix):
    record = json.loads(json.dumps(matrix))
    assert records_of([("matrix", record)]).kill_matrix == record


@pytest.mark.parametrize(
    ("corrupt", "error"),
    [
        (lambda matrix: matrix.update(variants=[]), EmptyRecordError),
        (lambda matrix: matrix["variants"].append(matrix["variants"][0]), DuplicateError),
        (lambda matrix: matrix["kills"][0].update(variant="no-such-bug"), InconsistentError),
        (
            lambda matrix: matrix["survivors"].append("approximate_kl: " + matrix["kills"][0]["variant"]),
            InconsistentError,
        ),
        (lambda matrix: matrix["kills"][0].update(examples=0), SchemaError),
    ],
)
def test_a_corrupt_kill_matrix_is_refused_by_name(corrupt, error, matrix):
    record = json.loads(json.dumps(matrix))
    corrupt(record)
    with pytest.raises(error):
        records_of([("matrix", record)])


def test_two_ledgers_are_refused():
    ledger = json.loads((ROOT / "reports" / "claims" / "ledger.json").read_text())
    with pytest.raises(DuplicateError, match="a report shows one"):
        records_of([("one", ledger), ("two", ledger)])


def _verdict(run, status):
    return next(verdict for verdict in run["verdicts"] if verdict["status"] == status)


def _set(*path_and_value):
    *path, key, value = path_and_value

    def corrupt(run):
        part = run
        for name in path:
            part = part[name]
        part[key] = value

    return corrupt


def _in(status, key, value):
    return lambda run: _verdict(run, status).update({key: value})


def _other_invariant(run):
    _verdict(run, "violated")["counterexample"]["invariant"] = "gae-same-inputs-same-bits"


def _entries_missing(run):
    _verdict(run, "violated")["counterexample"]["case"]["fields"]["rewards"]["entries"].pop()


def _not_offered_alone(run):
    run["verdicts"] = [verdict for verdict in run["verdicts"] if verdict["status"] == "not offered"]


CORRUPTIONS = {
    "newer schema": (_set("schema", "policyproof/run/2"), NewerSchemaError, "upgrade"),
    "another schema": (_set("schema", "somebody/else/1"), UnknownSchemaError, "known are run"),
    "no schema": (lambda run: run.pop("schema"), UnknownSchemaError, "None"),
    "cut short": (_set("complete", False), CutOffError, "complete is false"),
    "no footer": (lambda run: run.pop("complete"), SchemaError, "'complete' is a required property"),
    "no verdicts": (_set("verdicts", []), EmptyRecordError, "judged nothing"),
    "nothing offered": (_not_offered_alone, EmptyRecordError, "judged nothing"),
    "a verdict twice": (lambda run: run["verdicts"].append(run["verdicts"][0]), DuplicateError, "2 times"),
    "a verdict lost": (lambda run: run["verdicts"].remove(_verdict(run, "holds")), InconsistentError, "totals say"),
    "totals that boast": (_set("totals", "examples", 10**6), InconsistentError, "totals say 1000000 examples"),
    "unknown status": (_in("holds", "status", "splendid"), SchemaError, "splendid"),
    "unknown class": (_in("holds", "class", "guess"), SchemaError, "guess"),
    "negative examples": (_in("holds", "examples", -1), SchemaError, "-1 is less than the minimum"),
    "a name with a path": (_in("holds", "invariant", "../../etc/passwd"), SchemaError, "does not match"),
    "a ratio in words": (_in("holds", "worst_ratio", "small"), SchemaError, "verdicts"),
    "no dtype": (lambda run: run["implementation"].pop("dtype"), SchemaError, "'dtype' is a required property"),
    "holds above its bound": (_in("holds", "worst_ratio", 2.0), InconsistentError, "2.0 times its bound"),
    "violated below its bound": (_in("violated", "worst_ratio", 0.5), InconsistentError, "no error is above"),
    "holds on nothing": (_in("holds", "examples", 0), InconsistentError, "on no example"),
    "ran what is not offered": (_in("not offered", "examples", 3), InconsistentError, "yet ran 3"),
    "another's counterexample": (_other_invariant, InconsistentError, "belongs to gae-same-inputs-same-bits"),
    "entries that do not fill a shape": (_entries_missing, InconsistentError, "do not fill shape"),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corrupt_run_is_refused_by_name(name, run, file):
    corrupt, error, words = CORRUPTIONS[name]
    broken = deepcopy(run)
    corrupt(broken)
    file.write_text(json.dumps(broken))
    with pytest.raises(error, match=words) as refusal:
        load([file])
    assert type(refusal.value) is error
    assert "run.json" in str(refusal.value)


FILES = {
    "empty file": (lambda _text: b"", CutOffError, "breaks off"),
    "cut in the middle": (lambda text: text[: len(text) // 2].rstrip(b" \n,:[{") + b" ", CutOffError, "breaks off"),
    "no JSON": (lambda _text: b"all is well", UnreadableError, "no JSON"),
    "not text": (lambda _text: b"\xff\xfe{}", UnreadableError, "not UTF-8"),
    "an empty list": (lambda _text: b"[]", EmptyRecordError, "nothing ran"),
    "a number": (lambda _text: b"3", UnknownSchemaError, "None"),
    "nested without end": (lambda _text: b"[" * 200_000, UnreadableError, "too deeply"),
    "NaN": (lambda text: text.replace(b'"seed": 0', b'"seed": NaN'), SchemaError, "NaN"),
    "a key twice": (lambda text: text.replace(b'"seed": 0', b'"seed": 0, "seed": 1'), DuplicateError, "'seed'"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_corrupt_file_is_refused_by_name(name, run, file):
    corrupt, error, words = FILES[name]
    file.write_bytes(corrupt(json.dumps(run).encode()))
    with pytest.raises(error, match=words):
        load([file])


def test_a_missing_file_is_refused_by_name(file):
    with pytest.raises(UnreadableError, match="No such file"):
        load([file])


def test_a_file_that_no_run_could_fill_is_not_read(file):
    with file.open("wb") as sparse:
        sparse.truncate(LARGEST_FILE + 1)
    with pytest.raises(UnreadableError, match="larger than"):
        load([file])


def test_the_same_implementation_twice_is_refused(run, file):
    file.write_text(json.dumps(run))
    with pytest.raises(DuplicateError, match="shifted"):
        load([file, file])


def test_runs_that_state_an_invariant_differently_are_refused(run, file):
    other = deepcopy(run)
    other["implementation"]["name"] = "another"
    other["verdicts"][0]["formula"] = "0 = 1"
    file.write_text(json.dumps([run, other]))
    with pytest.raises(InconsistentError, match="state gae-termination-bootstraps-from-nothing differently"):
        load([file])


@pytest.mark.parametrize(
    ("corrupt", "error"),
    [
        (lambda ledger: ledger.update(claims=[]), EmptyRecordError),
        (lambda ledger: ledger["claims"].append(ledger["claims"][0]), DuplicateError),
        (lambda ledger: ledger["claims"][0]["evidence"].append("hearsay"), InconsistentError),
        (lambda ledger: ledger["totals"].update(refuted=0), InconsistentError),
        (lambda ledger: ledger["totals"].pop("violated"), SchemaError),
        (lambda ledger: ledger.update(complete=False), CutOffError),
    ],
)
def test_a_corrupt_ledger_is_refused_by_name(corrupt, error, file):
    ledger = json.loads((ROOT / "reports" / "claims" / "ledger.json").read_text())
    corrupt(ledger)
    file.write_text(json.dumps(ledger))
    with pytest.raises(error):
        load([file])


def test_every_refusal_is_a_record_error_and_so_a_value_error():
    assert issubclass(RecordError, ValueError)
    assert all(issubclass(error, RecordError) for _, error, _ in [*CORRUPTIONS.values(), *FILES.values()])
