"""Learners against the log of the environments that they learn in."""

import pytest
from policyproof.gate.judge import judge
from policyproof.invariants.discovery import all_invariants, all_variants
from policyproof.invariants.invariant import Class
from policyproof.invariants.subject import Subject
from policyproof.invariants.train.learner import train

OWN = [invariant for invariant in all_invariants() if invariant.capability == "train"]
STATISTICAL = [invariant for invariant in OWN if invariant.kind == Class.STATISTICAL]
VARIANTS = {variant.name: variant for variant in all_variants() if variant.capability == "train"}


def named(invariant):
    return invariant.id


def learner(train):
    return type("Learner", (), {"dtype": "float64", "train": staticmethod(train)})()


def test_correct_code_raises_no_alarm(raises_no_alarm):
    raises_no_alarm(learner(train), OWN)
    raises_no_alarm(learner(lambda make_env, **settings: list(train(make_env, **settings))), OWN)


@pytest.mark.nightly
@pytest.mark.parametrize("invariant", STATISTICAL, ids=named)
def test_chance_raises_no_alarm_in_1000_trainings(invariant):
    assert judge(invariant, Subject(learner(train)), examples=1000, seed_=1).status == "holds"


def test_a_policy_one_update_old_is_found():
    (plays,) = (invariant for invariant in STATISTICAL if "plays" in invariant.id)
    subject = Subject(VARIANTS["policy-before-the-update-plays"].implementation())
    assert judge(plays, subject, examples=30, seed_=0, shrink=False).status == "violated"


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        (lambda make_env, *, steps, seed: None, "raised TypeError"),
        (lambda make_env, *, steps, seed: [], "reported no policy"),
        (lambda make_env, *, steps, seed: [[[0.5, 0.5]]], "the seam states"),
        (lambda make_env, *, steps, seed: forever(make_env), "more than"),
        (lambda make_env, *, steps, seed: [next(forever(make_env))], "played no step"),
    ],
)
def test_a_result_that_is_no_sequence_of_policies_is_an_error(spoilt, says):
    trial = judge(OWN[0], Subject(learner(spoilt)), examples=5, seed_=0)
    assert (trial.status, says in trial.error) == ("error", True), trial.error


def forever(make_env):
    env = make_env()
    while True:
        yield [[1 / env.action_space.n] * env.action_space.n] * env.observation_space.n


def test_what_goes_wrong_between_two_updates_is_an_error_of_the_learner():
    def dies(make_env, *, steps, seed):
        yield from list(train(make_env, steps=steps, seed=seed))[:2]
        raise SystemExit

    trial = judge(OWN[0], Subject(learner(dies)), examples=5, seed_=0)
    assert (trial.status, "it tried to end the run" in trial.error) == ("error", True), trial.error
