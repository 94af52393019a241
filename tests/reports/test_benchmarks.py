"""Benchmarks: the plugin's JSON becomes a record, and runs are compared by ratios to a probe."""

from copy import deepcopy

import pytest
from policyproof.reports.benchmark_comparison import moves
from policyproof.reports.benchmark_record import benchmark_record
from policyproof.reports.errors import EmptyRecordError, InconsistentError
from policyproof.reports.loading import records_of
from policyproof.reports.markdown import markdown
from policyproof.reports.site.build import write_site


def plugin(*extra):
    stats = {"rounds": 21, "median": 2e-3, "q1": 1e-3, "q3": 3e-3}
    return {
        "machine_info": {
            "machine": "x86_64",
            "cpu": {"brand_raw": "a CPU", "count": 2},
            "python_version": "3.11.7",
            "versions": {"numpy": "2.4.6"},
        },
        "datetime": "2026-11-21T12:00:00+00:00",
        "benchmarks": [{"name": "test_it", "stats": stats, "extra_info": info} for info in extra],
    }


def shapes(*extra):
    record = benchmark_record(plugin(*extra), "it", "how")
    assert records_of([("bench", record)]).benchmarks == (record,)
    return record["shapes"]


@pytest.mark.parametrize(
    ("extra", "times"),
    [
        ({"T": 8, "microseconds": {"call": 4.0, "probe": 2.0}}, {"call": 4.0, "probe": 2.0}),
        ({"T": 8, "milliseconds": {"call": 4.0}}, {"call": 4000.0}),
        ({"T": 8, "ours_ms": 3.0, "sb3_ms": 6.0}, {"ours": 3000.0, "sb3": 6000.0}),
        ({"T": 8, "ours_steps_a_cpu_second": 1000, "sb3_steps_a_cpu_second": 500}, {"ours": 1000.0, "sb3": 2000.0}),
    ],
)
def test_contenders_are_read_from_what_a_benchmark_says(extra, times):
    assert shapes(extra) == [{"T": 8, "microseconds": times}]


def test_ratios_taken_round_by_round_and_the_load_stay():
    row = {"T": 8, "ours_ms": 3.0, "sb3_to_ours": 2.5, "load_average": 0.2, "ours_us_a_minibatch": 1.0}
    assert shapes(row) == [{"T": 8, "sb3_to_ours": 2.5, "load_average": 0.2, "microseconds": {"ours": 3000.0}}]


def test_each_row_is_a_shape_with_the_probes_of_its_benchmark():
    found = shapes({"rows": [{"part": "a", "ours_ms": 1.0}, {"part": "b", "ours_ms": 2.0}], "probes": {"copy": 5.0}})
    assert [(shape["part"], shape["microseconds"]["ours"], shape["probes"]) for shape in found] == [
        ("a", 1000.0, {"copy": 5.0}),
        ("b", 2000.0, {"copy": 5.0}),
    ]


def test_a_benchmark_that_says_nothing_is_its_own_contender():
    assert shapes({}) == [
        {"benchmark": "it", "microseconds": {"median": 2000.0}, "quartiles": {"median": [1000.0, 3000.0]}}
    ]


def test_a_machine_that_is_twice_as_slow_moves_nothing_and_code_that_is_does():
    before = benchmark_record(plugin({"T": 8, "ours_ms": 3.0, "probes": {"matmul": 100.0}}), "it", "how")
    slow_machine, slow_code = deepcopy(before), deepcopy(before)
    for shape in slow_machine["shapes"]:
        shape["microseconds"]["ours"] *= 2
        shape["probes"]["matmul"] *= 2
    slow_code["shapes"][0]["microseconds"]["ours"] *= 2
    assert [move.slower for move in moves(before, slow_machine)] == [1.0]
    assert [(move.contender, move.probe, move.slower) for move in moves(before, slow_code)] == [("ours", "matmul", 2.0)]


def test_the_probe_of_the_benchmark_itself_comes_first():
    before = benchmark_record(plugin({"microseconds": {"ours": 4, "probe": 2}, "probes": {"copy": 1.0}}), "it", "how")
    assert [(move.contender, move.probe) for move in moves(before, before)] == [("ours", "probe")]


def test_what_was_not_measured_before_is_not_compared():
    before = benchmark_record(plugin({"T": 8, "ours_ms": 3.0, "probes": {"copy": 1.0}}), "it", "how")
    other = benchmark_record(plugin({"T": 9, "ours_ms": 3.0, "probes": {"copy": 1.0}}), "it", "how")
    assert list(moves(before, other)) == []


def test_pages_show_ratios_to_the_probe_spread_machine_and_versions(tmp_path):
    row = {"T": 8, "microseconds": {"ours": 4.0, "probe": 2.0}, "quartiles": {"ours": [3.0, 5.0]}}
    record = benchmark_record(plugin(row), "it", "how")
    curves = {
        "schema": "policyproof/learning-curves/1",
        "what": "CartPole",
        "environment": "CartPole-v1",
        "seeds": 10,
        "band": "95 % bootstrap",
        "curves": [{"name": "ours", "steps": [0, 1], "interquartile_mean": [0, 2], "low": [0, 1], "high": [0, 3]}],
        "complete": True,
    }
    write_site(records_of([("bench", record), ("curves", curves)]), tmp_path)
    page = (tmp_path / "index.html").read_text()
    for words in (
        "ours: 2 time ÷ time of probe",
        "3–5",
        "a CPU, 2 cores.",
        "numpy 2.4.6",
        'class="band tone-0"',
        "95 % bootstrap",
    ):
        assert words in page


def test_markdown_shows_the_medians():
    record = benchmark_record(plugin({"T": 8, "ours_ms": 3.0, "sb3_ms": 6.0}), "<it>", "how")
    written = markdown(records_of([("bench", record)]))
    assert "&lt;it&gt;; 21 rounds, 2026-11-21." in written
    assert "| 8 | 3000 | 6000 |" in written


def test_records_that_measured_nothing_or_do_not_fit_are_refused():
    record = benchmark_record(plugin({"T": 8, "ours_ms": 3.0}), "it", "how")
    with pytest.raises(EmptyRecordError, match="measured nothing"):
        records_of([("bench", {**record, "shapes": []})])
    curve = {"name": "ours", "steps": [0, 1], "interquartile_mean": [0, 2], "low": [0, 1], "high": [0, 3, 4]}
    about = {"what": "it", "environment": "e", "seeds": 1, "band": "b", "complete": True}
    with pytest.raises(InconsistentError, match="different lengths"):
        records_of([("curves", {"schema": "policyproof/learning-curves/1", **about, "curves": [curve]})])
