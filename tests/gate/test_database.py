"""Hypothesis' example databases: found once, tried first by everyone who shares them."""

import pytest
from hypothesis.database import (
    DirectoryBasedExampleDatabase,
    GitHubArtifactDatabase,
    MultiplexedDatabase,
    ReadOnlyDatabase,
)
from policyproof.gate.database import VARIABLE, chosen_database, example_database
from policyproof.gate.errors import UsageError
from policyproof.gate.job import Job, tried
from policyproof.gate.target import Target, subject_of
from policyproof.reference.advantage_estimation import generalized_advantage_estimation


class RarelyWrong:
    dtype = "float64"

    def gae(self, *batch, gamma, lam):
        answer = generalized_advantage_estimation(*batch, gamma=gamma, lam=lam)
        return answer + (len(answer) == 7)


def test_what_one_run_finds_the_next_one_tries_first(tmp_path):
    job = Job("gae-equals-td-error-sum", 200, 3, database=f"directory:{tmp_path}")
    target = Target("rarely", subject_of(RarelyWrong, "rarely"))
    first, _ = tried(job, target)
    again, _ = tried(Job(job.invariant, 200, 4, database=job.database), target)
    assert first.status == again.status == "violated"
    assert first.examples > 1
    assert again.examples == 1
    other, _ = tried(Job("gae-equals-weighted-average", 200, 3, database=job.database), target)
    assert other.examples > 1


def test_no_database_is_the_default_and_the_environment_can_name_one(monkeypatch, tmp_path):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert example_database(chosen_database(None)) is None
    monkeypatch.setenv(VARIABLE, f"directory:{tmp_path}")
    assert isinstance(example_database(chosen_database(None)), DirectoryBasedExampleDatabase)
    assert example_database(chosen_database("")) is None


def test_several_are_joined_and_a_ci_artifact_is_only_read(tmp_path):
    joined = example_database(f"directory:{tmp_path}, github:me/mine")
    assert isinstance(joined, MultiplexedDatabase)
    artifact = example_database("github:me/mine")
    assert isinstance(artifact, ReadOnlyDatabase)
    assert isinstance(artifact._wrapped, GitHubArtifactDatabase)


@pytest.mark.parametrize("text", ["nonsense", "directory:", "github:me", "ftp://here", "redis"])
def test_anything_else_is_refused(text):
    with pytest.raises(UsageError, match="is no example database"):
        chosen_database(text)
