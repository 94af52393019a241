"""Pictures show every arrow, ending and number of a case, are well-formed, and hold markup as text."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import policyproof
import pytest
from policyproof.reports.matrix import MARKS
from policyproof.reports.pictures.matrix import matrix_picture
from policyproof.reports.pictures.numbers import differs, number
from policyproof.reports.pictures.process import graph, process_of
from policyproof.reports.pictures.standalone import write_pictures
from policyproof.reports.pictures.timeline import is_trajectories, timeline

STYLE = (Path(policyproof.__file__).parent / "reports" / "site" / "static" / "style.css").read_text()


def array(shape, entries, kind="reals"):
    return {"type": kind, "shape": shape, "entries": entries}


TWO_STATES = {
    "transition": array([2, 2, 2], ["1/2", "1/2", "0", "1", "1", "0", "0", "1"]),
    "reward": array([2, 2], ["1", "0", "-1/2", "2"]),
    "initial": array([2], ["1", "0"]),
    "discount": {"type": "real", "value": "1/2"},
}


def texts(svg):
    return [element.text for element in ET.fromstring(str(svg)).iter() if element.tag.endswith("text")]


def test_a_process_is_drawn_with_an_arrow_for_each_positive_probability():
    drawn = graph(process_of({"mdp": {"type": "mdp", "fields": TWO_STATES}}))
    assert str(drawn).count('class="arrow') == 5
    labels = texts(drawn)
    assert {"s0", "s1", "μ 1", "a0 · 1/2, r 1", "a1, r 0", "a0, r -1/2", "a1, r 2"} == set(labels)


def test_arrays_by_those_names_are_a_process_and_a_batch_of_processes_is_not():
    assert process_of(TWO_STATES) is not None
    many = TWO_STATES | {"transition": array([1, 2, 2, 2], ["1"] * 8)}
    assert process_of(many) is None
    assert process_of({"logits": array([1, 2], ["0", "0"])}) is None


@pytest.mark.parametrize("states", range(1, 9))
def test_every_number_of_states_up_to_eight_has_a_picture(states):
    stay = [str(int(s == t)) for s in range(states) for _ in range(2) for t in range(states)]
    process = {"transition": array([states, 2, states], stay), "reward": array([states, 2], ["0"] * 2 * states)}
    assert str(graph(process)).count('class="state"') == states


def trajectories(T, N, terminated=(), truncated=()):
    flags = {"terminated": set(terminated), "truncated": set(truncated)}
    fields = {name: array([T, N], ["0"] * T * N) for name in ("rewards", "values", "next_values")}
    return fields | {name: array([T, N], [i in on for i in range(T * N)], "flags") for name, on in flags.items()}


def test_a_timeline_shows_how_each_episode_ends():
    fields = trajectories(4, 1, terminated=[0, 2], truncated=[1, 2])
    assert is_trajectories(fields)
    drawn = timeline(fields, None)
    assert [words for words in texts(drawn) if "ted" in words] == ["terminated", "truncated", "terminated + truncated"]
    assert str(drawn).count('class="terminal"') == str(drawn).count('class="cut"') == 2


def test_got_and_exact_stand_under_their_steps_and_are_marked_where_they_differ():
    seen = {"got": [["0x1p0"], ["0x1p-1"]], "expected": [["1"], ["1/4"]], "bound": [["0x0p0"], ["0x0p0"]]}
    drawn = str(timeline(trajectories(2, 1), seen))
    assert re.findall(r'class="value"[^>]*>([^<]*)', drawn) == ["1", "1"]
    assert re.findall(r'class="value differs"[^>]*>([^<]*)', drawn) == ["0.5", "1/4"]


def test_a_long_case_is_drawn_as_far_as_one_can_read():
    drawn = timeline(trajectories(100, 20), None)
    assert "the first of 20 environments and 100 steps; the numbers below are all" in texts(drawn)
    assert len(str(drawn)) < 60_000


@pytest.mark.parametrize(
    ("entry", "shown"),
    [("1/2", "1/2"), ("-0x1.8p+1", "−3"), (True, "true"), (3, "3"), ("0x1p+99999", "0x1p+99999"), ("nan", "nan")],
)
def test_numbers_are_shown_as_a_person_reads_them(entry, shown):
    assert number(entry) == shown


def test_numbers_differ_by_value_and_not_by_spelling():
    assert not differs("0.5", "1/2")
    assert differs("0.5", "1/4")
    assert not differs("nan", "nan")


def test_markup_in_a_case_is_text():
    hostile = TWO_STATES | {"reward": array([2, 2], ["<script>"] * 4)}
    assert "<script" not in str(graph(hostile))
    fields = trajectories(1, 1) | {"rewards": array([1, 1], ["<b>"])}
    assert "r = <b>" in texts(timeline(fields, None))


def test_pictures_stand_alone(many, tmp_path):
    for file in write_pictures(many, tmp_path):
        root = ET.parse(file).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "prefers-color-scheme: dark" in root[0].text
        assert "url(" not in root[0].text


def test_markup_from_outside_is_text_in_pictures_that_stand_alone(hostile, tmp_path):
    written = write_pictures(hostile, tmp_path)
    assert [file.name for file in written] == [
        "matrix.svg",
        "tightness.svg",
        "benchmark-1.svg",
        "learning-curves-1.svg",
    ]
    for file in written:
        assert not [element.tag for element in ET.parse(file).iter() if element.tag.endswith("script")]
        assert "&lt;script&gt;alert(1)" in file.read_text()


def side_of(svg):
    parts = ET.fromstring(str(svg)).iter()
    return [element.text for element in parts if element.get("class", "").split()[:1] == ["side"]]


def run_of(name, capabilities):
    verdicts = [{"capability": each, "status": "holds", "worst_ratio": 0.5, "invariant": each} for each in capabilities]
    return {"implementation": {"name": name, "version": "1", "dtype": "float32"}, "verdicts": verdicts}


def test_of_capabilities_and_implementations_the_more_go_down():
    names = ["mean_kl", "gae", "train"]
    few, many = ([run_of(f"library {i}", names) for i in range(count)] for count in (3, 4))
    assert side_of(matrix_picture(few)) == ["mean kl", "gae", "train"]
    assert side_of(matrix_picture(many)) == ["library 0", "library 1", "library 2", "library 3"]
    assert texts(matrix_picture(many)).count("✓ 1/1") == 12


def test_the_style_marks_a_status_as_the_matrix_does():
    for status, mark in MARKS.items():
        if status != "holds":
            rule = next(
                line for line in STYLE.splitlines() if f".{status.replace(' ', '-')}" in line and "content" in line
            )
            assert f'content: "{mark} "' in rule
    assert f'content: "{MARKS["holds"]} "' in STYLE
