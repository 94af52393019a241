"""Markdown, JUnit, badges, SARIF and CSV say what the run says, and show markup as text."""

import csv
import json
import re
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from policyproof.reports.badges import badges
from policyproof.reports.junit import junit
from policyproof.reports.ledger import ledger_table
from policyproof.reports.loading import records_of
from policyproof.reports.markdown import markdown, text
from policyproof.reports.sarif import sarif
from policyproof.reports.table import COLUMNS, table
from policyproof.reports.terminal import conventions, failures, summary, verdict_table
from rich.console import Console

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def records(run):
    return records_of([("run", run)])


def test_markdown_counts_what_the_run_counts(records, run):
    written = markdown(records)
    gae = [verdict for verdict in run["verdicts"] if verdict["capability"] == "gae"]
    holding = sum(verdict["status"] == "holds" for verdict in gae)
    assert f"| gae | ✗ {holding}/{len(gae)} (" in written
    assert "behaves like the known bug **time-limit-as-termination**" in written


def test_markdown_stays_within_what_a_step_summary_may_hold(many):
    written = markdown(many)
    assert len(written.encode()) < 2**20
    assert "more findings: see the HTML report" in written


def test_markup_in_markdown_is_text(hostile):
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown(hostile))
    assert not re.search(r"<(script|img|a)\b", rendered)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in rendered


@pytest.mark.parametrize("words", ["a|b", "[x](y)", "`c`", "*d*", "https://e", "@f", "# g", "h\ni", "<b>", "&amp;"])
def test_markdown_text_renders_as_it_was(words):
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(f"|{text(words)}|\n|---|\n")
    shown = re.sub(r"<[^>]+>", "", rendered).strip()
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == words.replace("\n", " ")


def test_junit_counts_what_the_run_counts(records, run):
    suite = ET.fromstring(junit(records)).find("testsuite")
    assert int(suite.get("tests")) == len(run["verdicts"]) == len(suite.findall("testcase"))
    assert int(suite.get("failures")) == run["totals"]["violated"] == len(suite.findall("testcase/failure"))
    assert int(suite.get("skipped")) == run["totals"]["not offered"] == len(suite.findall("testcase/skipped"))
    assert "smallest case found" in suite.find("testcase/failure").text


def test_junit_tells_errors_from_failures(many):
    root = ET.fromstring(junit(many))
    assert {found.get("type") for found in root.iter("failure")} == {"violated", "stale"}
    assert {found.get("type") for found in root.iter("error")} == {"timeout"}
    assert "deviates as declared: documented otherwise" in {found.get("message") for found in root.iter("skipped")}


def test_markup_and_control_characters_in_junit_are_text(hostile):
    root = ET.fromstring(junit(hostile))
    assert HOSTILE in root.find("testsuite").get("name")
    assert {element.tag for element in root.iter()} <= {
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
        "error",
        "skipped",
    }


def test_badges_are_shields_endpoints(many):
    found = badges(many)
    assert len(found) == 16
    for badge in found.values():
        assert set(badge) == {"schemaVersion", "label", "message", "color"}
    assert found["library-0.json"]["color"] == "red"
    assert found["claims-ledger.json"]["message"] == "264 verified, 13 refuted"


def test_badges_have_files_of_plain_letters(hostile):
    assert list(badges(hostile)) == ["script-alert-1-script.json", "claims-ledger.json"]
    assert badges(hostile)["script-alert-1-script.json"]["label"] == f"policyproof: {HOSTILE}"


def test_sarif_has_a_result_for_each_verdict_that_fails(records, run):
    document = json.loads(sarif(records))
    results = document["runs"][0]["results"]
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    assert document["version"] == "2.1.0"
    assert len(results) == run["totals"]["violated"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in results)


def test_sarif_places_a_file_of_the_tree_and_suppresses_what_is_declared(many):
    results = json.loads(sarif(many))["runs"][0]["results"]
    places = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}
    assert places == {"library_0.py"}
    declared = [result for result in results if result["level"] == "note"]
    assert {result["suppressions"][0]["justification"] for result in declared} == {"documented otherwise"}


def test_links_in_sarif_messages_are_text(hostile):
    for result in json.loads(sarif(hostile))["runs"][0]["results"]:
        assert not re.search(r"(?<!\\)\[", result["message"]["text"])


def test_markup_at_the_terminal_is_text(hostile, run):
    named = {**hostile.runs[0], "implementation": {**run["implementation"], "name": f"[red]{HOSTILE}[/red]"}}
    console = Console(file=StringIO(), width=200)
    for part in (verdict_table(named), *failures(named, {}), summary(named), conventions(named)):
        console.print(part)
    console.print(ledger_table(hostile.ledger))
    written = console.file.getvalue()
    assert written.count(f"[red]{HOSTILE}[/red]") == 2
    assert f"  • {HOSTILE}: {HOSTILE}" in written


def test_csv_has_a_row_a_verdict(records, run):
    rows = list(csv.DictReader(StringIO(table(records))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["invariant"] for row in rows] == [verdict["invariant"] for verdict in run["verdicts"]]


def test_no_cell_of_the_csv_is_a_formula(hostile, run):
    named = {**run, "implementation": {**run["implementation"], "name": "=cmd|' /C calc'!A0"}}
    for records in (hostile, records_of([("run", named)])):
        assert all(cell[:1] not in "=+-@\t" for row in csv.reader(StringIO(table(records))) for cell in row if cell)
