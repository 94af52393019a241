"""Benchmarks: the plugin's JSON becomes a record, and runs are compared by ratios to a probe."""

from copy import deepcopy

import pytest
from policyproof.reports.benchmark_comparison import moves
from policyproof.reports.benchmark_record import benchmark_record
from policyproof.reports.errors import EmptyRecordError, InconsistentError
from policyproof.reports.loading import records_of
from policyproof.reports.markdown import markdown
from policyproof.reports.pictures.benchmark import benchmark_plot
from policyproof.reports.site.build import write_site

CURVES = {
    "schema": "policyproof/learning-curves/1",
    "what": "CartPole",
    "environment": "CartPole-v1",
    "seeds": 10,
    "band": "95 % bootstrap",
    "curves": [{"name": "<us>", "steps": [0, 9000], "interquartile_mean": [0, 2], "low": [0, -120], "high": [0, 3]}],
    "complete": True,
}
CPU, WALL = {"clock": "CPU times of one thread"}, {"clock": "times on the wall with 2 threads"}


def plugin(*shapes):
    return {
        "machine_info": {
            "machine": "x86_64",
            "cpu": {"brand_raw": "a CPU", "count": 2},
            "python_version": "3.11.7",
            "versions": {"numpy": "2.4.6"},
        },
        "datetime": "2026-11-21T12:00:00+00:00",
        "benchmarks": [
            {"stats": {"rounds": 21}, "extra_info": {"sizes": {}, "processes": "a process each", **CPU, **shape}}
            for shape in shapes
        ],
    }


def record_of(*shapes):
    record = benchmark_record(plugin(*shapes), "it", "policyproof bench it")
    assert records_of([("bench", record)]).benchmarks == (record,)
    return record


def test_a_shape_is_what_the_benchmark_told():
    told = {"microseconds": {"ours": 3.0, "sb3": 6.0}, "quartiles": {"ours": [2.0, 4.0]}, "sb3_to_ours": 2.5}
    more = {"probes": {"copy": 5.0}, "load_average": 0.2}
    assert record_of({"sizes": {"T": 8, "part": "all"}, **told, **more})["shapes"] == [
        {"T": 8, "part": "all", **told, **more}
    ]


def test_a_record_says_how_it_came_about():
    told = {"microseconds": {"ours": 3.0}}
    record = record_of(told, {**told, "processes": "one process"}, {**told, **WALL})
    clocks = "medians of CPU times of one thread and times on the wall with 2 threads"
    turns = f"contenders in turn, a process each and one process; {clocks}"
    assert record["how"] == f"policyproof bench it: {turns}"
    assert record["rounds"] == 21


def test_a_machine_that_is_twice_as_slow_moves_nothing_and_code_that_is_does():
    before = record_of({"microseconds": {"ours": 3.0}, "probes": {"matmul": 100.0}})
    slow_machine, slow_code = deepcopy(before), deepcopy(before)
    for shape in slow_machine["shapes"]:
        shape["microseconds"]["ours"] *= 2
        shape["probes"]["matmul"] *= 2
    slow_code["shapes"][0]["microseconds"]["ours"] *= 2
    assert [move.slower for move in moves(before, slow_machine)] == [1.0]
    assert [(move.contender, move.probe, move.slower) for move in moves(before, slow_code)] == [("ours", "matmul", 2.0)]


def test_the_probe_of_the_benchmark_itself_comes_first():
    before = record_of({"microseconds": {"ours": 4, "probe": 2}, "probes": {"copy": 1.0}})
    assert [(move.contender, move.probe) for move in moves(before, before)] == [("ours", "probe")]


def test_what_was_not_measured_before_is_not_compared():
    before = record_of({"sizes": {"T": 8}, "microseconds": {"ours": 3.0}, "probes": {"copy": 1.0}})
    other = record_of({"sizes": {"T": 9}, "microseconds": {"ours": 3.0}, "probes": {"copy": 1.0}})
    assert list(moves(before, other)) == []


def test_pages_show_ratios_to_the_probe_spread_machine_and_versions(tmp_path):
    record = record_of({"microseconds": {"ours": 4.0, "probe": 2.0}, "quartiles": {"ours": [3.0, 5.0]}})
    write_site(records_of([("bench", record), ("curves", CURVES)]), tmp_path)
    page = (tmp_path / "index.html").read_text()
    for words in (
        "ours: 2 time ÷ time of probe",
        "3–5",
        "a CPU, 2 cores.",
        "numpy 2.4.6",
        'class="band tone-0"',
        "95 % bootstrap",
        "-120 to 3",
    ):
        assert words in page


def test_a_ceiling_bounds_all_contenders():
    shapes = [{"T": 8, "microseconds": {"ours": 4.0, "sb3": 40.0}, "ceiling": 2.0}]
    drawn = str(benchmark_plot({"shapes": shapes}))
    assert "ours: 2 time ÷ ceiling" in drawn
    assert "sb3: 20 time ÷ ceiling" in drawn


def test_one_contender_without_a_ceiling_has_no_picture():
    assert not benchmark_plot({"shapes": [{"T": 8, "microseconds": {"ours": 4.0}}]})


def test_markdown_shows_the_medians():
    shape = {"sizes": {"T": 8}, "microseconds": {"ours": 3000.0, "sb3": 6000.0}, "ceiling": 200.0}
    record = benchmark_record(plugin(shape), "<it>", "how")
    written = markdown(records_of([("bench", record)]))
    assert "&lt;it&gt;; 21 rounds, 2026-11-21." in written
    assert "| shape | ours | sb3 | ceiling |" in written
    assert "| 8 | 3000 | 6000 | 200 |" in written


def test_markdown_shows_where_learning_curves_end():
    assert "| CartPole | 10 | 9,000 | &lt;us&gt; | 2 | -120 to 3 |" in markdown(records_of([("curves", CURVES)]))


def test_records_that_measured_nothing_or_do_not_fit_are_refused():
    record = record_of({"microseconds": {"ours": 3.0}})
    with pytest.raises(EmptyRecordError, match="measured nothing"):
        records_of([("bench", {**record, "shapes": []})])
    curve = {"name": "ours", "steps": [0, 1], "interquartile_mean": [0, 2], "low": [0, 1], "high": [0, 3, 4]}
    about = {"what": "it", "environment": "e", "seeds": 1, "band": "b", "complete": True}
    with pytest.raises(InconsistentError, match="different lengths"):
        records_of([("curves", {"schema": "policyproof/learning-curves/1", **about, "curves": [curve]})])
