"""Every invariant can fail: it rejects the variant that it names, and correct code passes."""

import pytest
from policyproof.gate.judge import judge
from policyproof.gate.profile import PROFILES
from policyproof.invariants.discovery import all_invariants, all_variants
from policyproof.invariants.oracle import oracle
from policyproof.invariants.subject import Subject

CI = PROFILES["ci"].examples


@pytest.mark.parametrize("invariant", all_invariants(), ids=lambda invariant: invariant.id)
def test_it_rejects_its_control(invariant):
    control = next(v for v in all_variants() if v.name == invariant.rejects and v.capability == invariant.capability)
    subject = Subject(oracle(**{control.capability: control.forms[0]}))
    assert judge(invariant, subject, examples=CI, seed_=0, shrink=False).status != "holds"


@pytest.mark.parametrize("invariant", all_invariants(), ids=lambda invariant: invariant.id)
def test_the_oracle_raises_no_alarm(invariant, raises_no_alarm):
    raises_no_alarm(oracle(), [invariant])
