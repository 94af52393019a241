"""Every known bug is caught by an invariant of its own capability, and named."""

import numpy as np
import pytest
from policyproof.gate.diagnosis import suspects
from policyproof.gate.judge import judge
from policyproof.gate.profile import PROFILES
from policyproof.invariants.discovery import all_invariants, all_variants
from policyproof.invariants.invariant import Class
from policyproof.invariants.subject import Subject

CI = PROFILES["ci"].share(len(all_invariants()))
FORMS = [(variant, form) for variant in all_variants() for form in range(len(variant.forms))]
BUGS = [(variant, form) for variant, form in FORMS if not variant.is_control]


def named(planted):
    variant, form = planted
    return f"{variant.capability}-{variant.name}-{form}"


def caught(variant, form, seed):
    """The invariant made for it is tried first, then those that compare the most."""
    subject = Subject(variant.implementation(form))
    own = [i for i in all_invariants() if i.capability == variant.capability and not i.missing(subject)]
    own.sort(key=lambda i: (i.rejects != variant.name, "equals" not in i.id and i.kind != Class.CONVENTION))
    return any(judge(i, subject, examples=CI, seed_=seed, shrink=False).status != "holds" for i in own)


@pytest.mark.parametrize("planted", FORMS, ids=named)
def test_it_is_caught(planted):
    assert caught(*planted, seed=0)


@pytest.mark.nightly
@pytest.mark.parametrize("planted", FORMS, ids=named)
def test_it_is_caught_by_each_of_20_seeds(planted):
    assert [seed for seed in range(20) if not caught(*planted, seed)] == []


@pytest.mark.parametrize("planted", [bug for bug in BUGS if bug[1] == 0], ids=named)
def test_it_is_named(planted):
    variant, form = planted
    known = suspects(variant.capability, Subject(variant.implementation(form)), None).named
    assert variant.name in [bug.variant for bug in known]
    assert all(bug.citation for bug in known)


@pytest.mark.nightly
def test_at_least_95_in_100_are_named_first_in_single_and_in_double_precision():
    for planted in (single, lambda variant, form: Subject(variant.implementation(form))):
        first = [
            [known.variant for known in suspects(variant.capability, planted(variant, form), None).named[:1]]
            == [variant.name]
            for variant, form in BUGS
        ]
        assert np.mean(first) >= 0.95


def single(variant, form):
    """A float32 implementation with the bug: what it returns is rounded."""
    implementation = variant.implementation(form)

    def rounded(*arguments, **keywords):
        result = getattr(implementation, variant.capability)(*arguments, **keywords)
        return tuple(map(_rounded, result)) if isinstance(result, tuple) else _rounded(result)

    return Subject(type("Single", (), {"dtype": "float32", variant.capability: staticmethod(rounded)})())


def _rounded(result):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(result, dtype=float).astype(np.float32)
