"""Every kind of page in headless Chromium: no message on the console, no request to a network, filters that work."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import policyproof
import pytest
from policyproof.reports.site.build import write_site

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--enable-logging=stderr", "--v=0"),
)
PAGES = (
    "index.html",
    "findings.html",
    "ledger.html",
    "kill-matrix.html",
    "benchmarks.html",
    "implementation/stable-baselines3.html",
    "implementation/sb3-contrib.html",
    "invariant/gae-truncation-bootstraps-from-final-state.html",
)
PUBLISHED = Path(policyproof.__file__).parent / "reports" / "published"

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed to look at the pages with"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return shutil.copytree(PUBLISHED, tmp_path_factory.mktemp("browser") / "site")


@pytest.fixture
def browse(tmp_path):
    """Load a page with a script of ours after its own: what the script returns, and what was said on the console."""

    def load(file, script, width=1280, flags=()):
        act = file.with_suffix(".js")
        act.write_text(f"addEventListener('load', () => {{ document.title = JSON.stringify((() => {{{script}}})()) }})")
        acting = file.with_stem(f"acting-{file.stem}")
        ours = f'<script src="{act.name}" defer></script></head>'
        acting.write_text(file.read_text().replace("</head>", ours))
        own = (f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},900", "--dump-dom", acting.as_uri())
        done = subprocess.run([CHROMIUM, *FLAGS, *flags, *own], capture_output=True, text=True, timeout=120, check=True)
        title = html.unescape(re.search(r"<title>(.*?)</title>", done.stdout)[1])
        return json.loads(title), [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    return load


@pytest.mark.parametrize("width", [1280, 500])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_in_silence_and_from_files_alone(page, width, folder, browse):
    script = "return [...document.querySelectorAll('[src], link')].map((e) => e.src || e.href);"
    asked, said = browse(folder / page, script, width)
    assert said == []  # a request that the page's policy refuses would be told here
    assert asked
    assert all(address.startswith(("file:", "data:,")) for address in asked), asked


CONTRAST = """
    const parsed = (colour) => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
    const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
    const paper = (element) => element
        ? over(parsed(getComputedStyle(element).backgroundColor), paper(element.parentElement)) : [255, 255, 255];
    const linear = (c) => c <= 10.31475 ? c / 3294.6 : ((c / 255 + .055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
    const poor = new Set();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement, svg = element.closest('svg');
        const seen = element.getClientRects().length && !element.closest('title');
        if (!seen || !texts.currentNode.textContent.trim()) continue;
        const style = getComputedStyle(element), behind = paper(svg ? svg.parentElement : element);
        const ink = over(parsed(svg ? style.fill : style.color), behind);
        const [low, high] = [luminance(ink), luminance(behind)].sort((a, b) => a - b);
        if ((high + .05) / (low + .05) < 4.5) poor.add(element.outerHTML.slice(0, 80));
    }
    return [matchMedia('(prefers-color-scheme: dark)').matches, [...poor]];"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_every_text_stands_out_as_wcag_aa_asks(page, dark, folder, browse):
    flags = (f"--blink-settings=preferredColorScheme={0 if dark else 1}",)
    assert browse(folder / page, CONTRAST, flags=flags)[0] == [dark, []]


def test_markup_from_outside_never_runs(hostile, tmp_path, browse):
    script = "alert = () => { throw Error('ran') }; return [...document.scripts].map((s) => s.getAttribute('src'));"
    for file in [file for file in write_site(hostile, tmp_path / "hostile") if file.suffix == ".html"][:6]:
        scripts, said = browse(file, script)
        assert said == []
        assert len(scripts) == 2


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_no_wider_than_a_phone(page, folder, browse):
    script = """
        document.body.style.width = '390px';
        return [...document.querySelectorAll('main *')].filter((e) => !e.closest('.scroll, .claim p, pre, .arrays dd'))
            .filter((e) => e.getBoundingClientRect().right > 391).map((e) => e.outerHTML.slice(0, 80));"""
    wide, _ = browse(folder / page, script, 500)
    assert wide == []


def test_the_matrix_opens_and_filters(folder, browse):
    script = """
        const rows = [...document.querySelectorAll('#matrix [data-item]')];
        const shown = () => rows.filter((row) => row.getClientRects().length).length;
        const seen = [shown()];
        document.querySelector('.opener').click(); seen.push(shown());
        document.querySelector('.opener').click(); seen.push(shown());
        const text = document.querySelector('input[type=search]');
        text.value = 'truncation'; text.dispatchEvent(new Event('input', {bubbles: true})); seen.push(shown());
        text.value = ''; text.dispatchEvent(new Event('input', {bubbles: true})); seen.push(shown());
        document.querySelector('[data-open]').click(); seen.push(shown());
        return seen;"""
    (closed, opened, again, found, cleared, every), said = browse(folder / "index.html", script)
    assert said == []
    assert closed == again == cleared == 0
    assert 0 < opened < every
    assert 0 < found < every


def test_the_ledger_is_searched_by_words_and_verdict(folder, browse):
    script = """
        const shown = () => document.querySelectorAll('.claim:not([hidden])').length;
        const seen = [shown()];
        const fire = (name, value) => { const field = document.querySelector(`[name=${name}]`);
            field.value = value; field.dispatchEvent(new Event('input', {bubbles: true})); seen.push(shown()); };
        fire('status', 'false-as-written'); fire('text', 'nstep td'); fire('text', 'no such words');
        return [...seen, document.querySelector('output').textContent];"""
    seen, _ = browse(folder / "ledger.html", script)
    assert seen == [279, 13, 1, 0, "0 shown"]
