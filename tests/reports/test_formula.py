"""Every formula of the house renders, and nothing from outside gets into the page as markup."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import policyproof
import pytest
from policyproof.invariants.discovery import all_invariants
from policyproof.reports.formula import formula, is_rendered, prose, runs

LEDGER = json.loads((Path(policyproof.__file__).parent / "reports" / "claims" / "ledger.json").read_text())


def test_the_formula_of_each_invariant_renders():
    for latex in {invariant.formula for invariant in all_invariants()}:
        assert is_rendered(latex), latex
        assert ET.fromstring(formula(latex, block=True)).get("display") == "block"


def test_each_formula_of_each_claim_renders():
    for claim in LEDGER["claims"]:
        for text in (claim["as_written"], claim["statement"], claim["hypotheses"]):
            for words, part in runs(text):
                assert "\\" not in part if words else is_rendered(part), part


def test_a_formula_that_cannot_be_rendered_is_shown_as_written():
    assert not is_rendered(r"\nosuchcommand{x}")
    assert formula(r"\nosuchcommand{<x>}") == r"<code>\nosuchcommand{&lt;x&gt;}</code>"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        r"\text{<script>alert(1)</script>}",
        r"\mathrm{<img src=x>} & \frac{<b>}{\"}",
        "&lt;b>",
    ],
)
def test_markup_in_a_formula_is_text(text):
    for shown in (formula(text), prose(text), formula(text, block=True)):
        tags = {element.tag for element in ET.fromstring(f"<p>{shown}</p>").iter()}
        assert not tags & {"script", "img", "b"}


def test_escaped_signs_in_words_are_themselves():
    assert "<mtext>log_probs</mtext>" in formula(r"\text{log\_probs}_t")


def test_words_are_told_from_formulas():
    text = r"V^\pi is at most \gamma^n (A - BK) for a policy, where \pi is a table; KL in nats"
    assert list(runs(text)) == [
        (False, r"V^\pi"),
        (True, "is at most"),
        (False, r"\gamma^n (A - BK)"),
        (True, "for a policy, where"),
        (False, r"\pi"),
        (True, "is a table; KL in nats"),
    ]
