"""``policyproof report`` and the reports of ``policyproof check``: what they write, and what they refuse."""

import json
import shutil
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

ADAPTER = """
class Zero:
    def gae(self, rewards, values, next_values, terminated, truncated, *, gamma, lam):
        return 0 * rewards
"""
ONE = ("--only", "gae-at-gamma-0-sees-one-reward", "--profile", "quick", "--seed", "0")


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """A folder in which a failing adapter was checked, and what was printed."""
    folder = tmp_path_factory.mktemp("checked")
    (folder / "zero.py").write_text(ADAPTER)
    outputs = ("--json", "run.json", "--junit", "junit.xml", "--html", "site")
    command = [sys.executable, "-m", "policyproof", "check", "zero.py:Zero", *ONE, *outputs]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1, done.stderr
    return folder, done.stdout


@pytest.fixture
def run(checked, tmp_path):
    shutil.copytree(checked[0], tmp_path, dirs_exist_ok=True)
    assert "junit: junit.xml\nhtml: site/index.html\n" in checked[1]
    return tmp_path / "run.json"


def test_check_writes_junit_and_pages_that_report_writes_again_byte_for_byte(run, policyproof, tmp_path):
    done = policyproof("report", run, "--junit", "again.xml", "--html", "again")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again.xml").read_bytes() == (tmp_path / "junit.xml").read_bytes()
    pages = [file.relative_to(tmp_path / "site") for file in (tmp_path / "site").rglob("*.*")]
    assert all((tmp_path / "again" / page).read_bytes() == (tmp_path / "site" / page).read_bytes() for page in pages)
    assert ET.parse(tmp_path / "junit.xml").find("testsuite").get("failures") == "1"


def test_report_writes_every_format(run, policyproof, tmp_path):
    files = {
        "--markdown": "r.md",
        "--sarif": "r.sarif",
        "--csv": "r.csv",
        "--badges": "badges",
        "--pictures": "pictures",
    }
    done = policyproof(
        "report", run, "--scripts", *(word for pair in files.items() for word in pair), "--html", "pages"
    )
    assert done.returncode == 0, done.stderr
    assert all((tmp_path / file).exists() for file in files.values())
    assert "class Zero" in (tmp_path / "pages" / "findings.html").read_text()
    assert json.loads((tmp_path / "badges" / "zero.json").read_text())["message"] == "0 of 1 hold, 1 violated"
    assert ET.parse(tmp_path / "pictures" / "matrix.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run.json",), "policyproof: name at least one output"),
        (("none.json", "--html", "x"), "policyproof: UnreadableError: cannot read none.json: No such file"),
        (("run.json", "run.json", "--html", "x"), "policyproof: DuplicateError: the implementation"),
        (("run.json", "--csv", "no/such/folder.csv"), "policyproof: cannot write no/such/folder.csv"),
        (("run.json", "--html", "run.json/site"), "policyproof: cannot write run.json/site"),
    ],
)
def test_report_refuses_in_one_sentence(arguments, sentence, run, policyproof):
    done = policyproof("report", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1


def test_report_explains_itself(policyproof):
    shown = policyproof("report", "--help").stdout
    assert "refused by name" in shown
    assert 'policyproof report run.json --html site --markdown "$GITHUB_STEP_SUMMARY"' in shown
