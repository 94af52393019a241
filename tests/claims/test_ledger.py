"""Every claim of the ledger points at evidence that ran, or says why nothing can."""

from collections import Counter

import numpy as np
import pytest
from policyproof.claims.evidence import all_evidence, inequality, tight
from policyproof.claims.ledger import BEYOND, ledger
from policyproof.reference.arithmetic import exact

EVIDENCE = all_evidence()
EXECUTED = {claim for evidence in EVIDENCE for claim in evidence.claims}
INSTANCES = 12
NIGHTLY_INSTANCES = 1100


@pytest.mark.parametrize("evidence", EVIDENCE, ids=lambda evidence: evidence.name)
def test_evidence_holds(evidence):
    outcome = evidence.run(INSTANCES, 0)
    assert outcome.instances >= 1
    assert outcome.undecided == 0
    assert outcome.worst_float <= 1


@pytest.mark.nightly
@pytest.mark.parametrize("evidence", EVIDENCE, ids=lambda evidence: evidence.name)
def test_evidence_holds_on_many_instances(evidence):
    assert evidence.run(NIGHTLY_INSTANCES, 1).undecided == 0


def test_a_night_decides_bounds_a_hundred_thousand_times():
    assert sum(evidence.kind == "inequality" for evidence in EVIDENCE) * NIGHTLY_INSTANCES >= 100_000


@pytest.mark.parametrize("claim", ledger().values(), ids=lambda claim: claim.id)
def test_a_claim_is_executed_or_says_why_not(claim):
    assert (claim.id in EXECUTED) != bool(claim.unexecutable)


def test_evidence_names_claims_that_exist():
    assert set(ledger()) >= EXECUTED
    assert all(evidence.claims for evidence in EVIDENCE)


def test_numbers_are_those_of_the_ledger_without_gaps():
    assert sorted(claim.number for claim in ledger().values()) == sorted(set(range(1, 280)))


def test_enough_of_the_ledger_executes():
    seeds = [claim for claim in ledger().values() if claim.verdict != BEYOND]
    beyond = [claim for claim in ledger().values() if claim.verdict == BEYOND]
    assert len(seeds) == 246
    assert len(beyond) == 33
    assert sum(claim.id in EXECUTED for claim in seeds) >= 225
    assert all(claim.id in EXECUTED for claim in beyond)


def test_every_false_claim_is_refuted_by_numbers():
    refuted = {claim for evidence in EVIDENCE if evidence.kind == "counterexample" for claim in evidence.claims}
    false = {claim.id for claim in ledger().values() if claim.verdict == "false as written"}
    assert len(false) == 13
    assert false <= refuted


def test_every_inequality_has_a_family_where_it_is_tight():
    sharp = {claim for evidence in EVIDENCE if evidence.kind == "tight" for claim in evidence.claims}
    blunt = [
        evidence.name for evidence in EVIDENCE if evidence.kind == "inequality" and not sharp & set(evidence.claims)
    ]
    assert not blunt


@pytest.mark.parametrize(
    "family", [evidence for evidence in EVIDENCE if evidence.kind == "tight"], ids=lambda family: family.name
)
def test_a_smaller_constant_fails_on_the_tight_family(family):
    share = exact(999_999).item() / 1_000_000 * family.run(1, 0).best_ratio

    @inequality()
    def with_a_smaller_constant(case):
        smaller, larger = family.of(case)
        return smaller, share * np.asarray(larger)

    with pytest.raises(AssertionError, match="is more than"):
        tight(of=with_a_smaller_constant, reaches=0)(family.function).run(1, 0)


def test_evidence_stands_once_under_its_name():
    assert max(Counter(evidence.name for evidence in EVIDENCE).values()) == 1
