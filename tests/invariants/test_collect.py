"""Collectors against the environment's own log."""

import numpy as np
import pytest
from policyproof.gate.judge import judge
from policyproof.invariants.collect.collector import collect
from policyproof.invariants.discovery import all_invariants, all_variants
from policyproof.invariants.invariant import Class
from policyproof.invariants.subject import Subject

OWN = [invariant for invariant in all_invariants() if invariant.capability == "collect"]
STATISTICAL = [invariant for invariant in OWN if invariant.kind == Class.STATISTICAL]
VARIANTS = {variant.name: variant for variant in all_variants() if variant.capability == "collect"}


def named(invariant):
    return invariant.id


class Single:
    """What a float32 library returns."""

    dtype = "float32"

    def collect(self, *arguments, **settings):
        rollout = collect(*arguments, **settings)
        return type("Rollout", (), {name: np.float32(value) for name, value in vars(rollout).items()})


class Double:
    dtype = "float64"
    collect = staticmethod(collect)


@pytest.mark.parametrize("implementation", [Single(), Double()], ids=["single", "double"])
@pytest.mark.parametrize("invariant", [i for i in OWN if i not in STATISTICAL], ids=named)
def test_correct_collectors_hold(invariant, implementation):
    assert judge(invariant, Subject(implementation), examples=30, seed_=1).status == "holds"


@pytest.mark.parametrize("invariant", STATISTICAL, ids=named)
def test_chance_raises_no_alarm(invariant):
    assert judge(invariant, Subject(Single()), examples=10, seed_=1).status == "holds"


@pytest.mark.nightly
@pytest.mark.parametrize("invariant", STATISTICAL, ids=named)
def test_chance_raises_no_alarm_in_2000_plays(invariant):
    assert judge(invariant, Subject(Single()), examples=2000, seed_=1).status == "holds"


@pytest.mark.parametrize("invariant", OWN, ids=named)
def test_each_invariant_rejects_its_variant(invariant):
    subject = Subject(VARIANTS[invariant.rejects].implementation())
    assert judge(invariant, subject, examples=30, seed_=0, shrink=False).status == "violated"


def test_one_uniform_action_in_four_is_found():
    (actions,) = (invariant for invariant in STATISTICAL if "actions" in invariant.id)
    subject = Subject(VARIANTS["uniform-one-time-in-four"].implementation())
    assert all(judge(actions, subject, examples=10, seed_=seed, shrink=False).status == "violated" for seed in range(3))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda rollout: None, "which has no states"),
        (lambda rollout: {**vars(rollout)}, "which has no states"),
        (lambda rollout: type("R", (), {**vars(rollout), "rewards": rollout.rewards.T[:, :, None]}), "the seam states"),
    ],
)
def test_a_result_that_is_no_rollout_is_an_error(spoil, says):
    class Spoilt:
        def collect(self, *arguments, **settings):
            return spoil(collect(*arguments, **settings))

    (invariant,) = (i for i in OWN if i.id == "collect-reports-what-the-environment-logged")
    trial = judge(invariant, Subject(Spoilt()), examples=5, seed_=0)
    assert (trial.status, says in trial.error) == ("error", True), trial.error


def test_environments_that_were_not_played_are_an_error():
    class OneForAll:
        def collect(self, make_env, *tables, **settings):
            env = make_env()
            return collect(lambda: env, *tables, **settings)

    (invariant,) = (i for i in OWN if i.id == "collect-reports-what-the-environment-logged")
    trial = judge(invariant, Subject(OneForAll()), examples=10, seed_=0)
    assert (trial.status, "collect played" in trial.error) == ("error", True), trial.error
