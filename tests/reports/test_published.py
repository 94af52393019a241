"""What the repository shows of itself is what `make published` makes of the records that are committed."""

from pathlib import Path

import policyproof
import pytest
from policyproof.cli.outputs import write_reports
from policyproof.reports.loading import load

REPORTS = Path(policyproof.__file__).parent / "reports"
PUBLISHED = REPORTS / "published"
FOLDERS = ("conformance", "claims", "kills", "benchmarks")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    records = load([file for name in FOLDERS for file in sorted((REPORTS / name).glob("*.json"))])
    outputs = {"html": folder, "pictures": folder / "pictures", "badges": folder / "badges"}
    write_reports(records, outputs | {"markdown": folder / "README.md", "csv": folder / "verdicts.csv"})
    return folder


def _files(folder):
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_published_is_made_of_the_committed_records_byte_for_byte(made):
    now, committed = _files(made), _files(PUBLISHED)
    assert sorted(now) == sorted(committed), "run make published"
    assert [name for name in now if now[name] != committed[name]] == [], "run make published"


def test_the_readme_shows_two_of_its_pictures():
    readme = (REPORTS.parent / "README.md").read_text()
    shown = [name for name in _files(PUBLISHED) if f"(reports/published/{name})" in readme and name.suffix == ".svg"]
    assert len(shown) >= 2
