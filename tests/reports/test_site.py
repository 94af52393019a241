"""The site is whole: well-formed pages, links that lead somewhere, no network, readable colours, small and quick."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import policyproof
import pytest
from policyproof.reports.loading import records_of
from policyproof.reports.site.build import write_site

REPORTS = Path(policyproof.__file__).parent / "reports"
STYLE = (REPORTS / "site" / "static" / "style.css").read_text()
OPTIONAL = {"td", "th", "tr", "li", "dt", "dd", "option"}
VOID = {"meta", "link", "input", "br", "img"}
SELF_CLOSING = {"path", "circle", "rect"}


class Page(HTMLParser):
    """What a test asks of a page: that its tags match, its ids, its links, and everything that it would load."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.loads, self.tags, self.events, self.text = [], [], [], [], set(), [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.tags.add(tag)
        self.ids += [named["id"]] if "id" in named else []
        self.links += [named["href"]] if tag == "a" else []
        self.loads += [named[key] for key in ("src", "srcset", "data") if key in named and tag != "a"]
        self.loads += [named["href"]] if tag == "link" else []
        self.events += [name for name in named if name.startswith("on") or name == "style"]
        if tag not in VOID | OPTIONAL:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag in SELF_CLOSING | VOID
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def pages_of(records, folder):
    written = write_site(records, folder)
    return {file: Page(file.read_text(encoding="utf-8")) for file in written if file.suffix == ".html"}


@pytest.fixture(scope="module")
def site(run, ledger, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    return folder, pages_of(records_of([("run", run), ("ledger", ledger)]), folder)


def test_there_is_a_page_a_section_an_implementation_and_an_invariant_that_is_offered(site, run):
    folder, pages = site
    names = {str(file.relative_to(folder)) for file in pages}
    offered = [verdict["invariant"] for verdict in run["verdicts"] if verdict["status"] != "not offered"]
    sections = {"index.html", "findings.html", "ledger.html", "implementation/shifted.html"}
    assert names == sections | {f"invariant/{name}.html" for name in offered}


def test_every_link_leads_somewhere(site):
    _, pages = site
    for file, page in pages.items():
        for link in page.links:
            path, _, part = unquote(link).partition("#")
            goal = (file.parent / path).resolve() if path else file
            assert goal in pages, (file, link)
            assert not part or part in pages[goal].ids, (file, link)


def test_ids_are_unique(site):
    for file, page in site[1].items():
        assert len(page.ids) == len(set(page.ids)), file


def test_nothing_is_loaded_from_a_network_and_nothing_runs_inline(site):
    for file, page in site[1].items():
        assert not page.events
        for load in page.loads:
            assert load == "data:," or (file.parent / load).is_file(), load
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_a_page_says_what_the_run_says(site, run):
    folder, pages = site
    text = " ".join("".join(pages[folder / "implementation" / "shifted.html"].text).split())
    assert "time-limit-as-termination" in text
    assert f"{run['totals']['violated']} violated, {run['totals']['holds']} holds" in text
    found = next(verdict for verdict in run["verdicts"] if verdict["status"] == "violated")
    page = (folder / "invariant" / f"{found['invariant']}.html").read_text()
    assert 'class="picture timeline"' in page
    assert "<math" in page
    assert found["sources"][0].split(",")[0] in page


def test_scroll_areas_can_be_reached_by_keyboard(site):
    for file in site[1]:
        for area in re.findall(r'<div class="[^"]*scroll[^"]*"[^>]*>', file.read_text()):
            assert 'tabindex="0"' in area
            assert 'role="region"' in area
            assert "aria-label=" in area


def test_markup_from_outside_is_text(hostile, tmp_path):
    pages = pages_of(hostile, tmp_path)
    assert {file.name for file in pages} > {"index.html", "ledger.html", "kill-matrix.html", "benchmarks.html"}
    for file, page in pages.items():
        assert not page.tags & {"img", "iframe", "object"}
        assert not page.events
        assert not [link for link in page.links if "javascript" in link]
        assert file.read_text().count("<script") == 1
        assert "<script>alert(1)</script>" in "".join(page.text)


def test_the_same_records_give_the_same_bytes(run, ledger, tmp_path):
    records = records_of([("run", run), ("ledger", ledger)])
    first, second = write_site(records, tmp_path / "a"), write_site(records, tmp_path / "b")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_fifteen_implementations_with_all_invariants_weigh_at_most_five_megabytes(many, tmp_path):
    kill_matrix = json.loads((REPORTS / "kills" / "kill-matrix.json").read_text())
    written = write_site(replace(many, kill_matrix=kill_matrix), tmp_path)
    assert sum(file.stat().st_size for file in written) <= 5_000_000


def _colours(block):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def _luminance(colour):
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_contrast_is_wcag_aa(scheme):
    light, dark = STYLE.split("@media (prefers-color-scheme: dark)")[:2]
    colours = _colours(light) if scheme == "light" else _colours(dark.split("\n}\n")[0])
    words = ["ink", "quiet", "accent", "holds", "violated", "deviates", "error", *(f"tone-{i}" for i in range(6))]
    pairs = [(word, paper) for word in words for paper in ("paper", "raised")]
    pairs += [(status, f"{status}-paper") for status in ("holds", "violated", "deviates", "error")]
    pairs += [("ink", "shade-1"), ("ink", "shade-2"), ("on-shade-3", "shade-3"), ("on-shade-4", "shade-4")]
    for word, paper in pairs:
        assert _contrast(colours[word], colours[paper]) >= 4.5, (word, paper)
