"""Declared deviations: read strictly, and held to what they declare."""

from datetime import date
from pathlib import Path

import pytest
from policyproof import adapters
from policyproof.gate.deviations import Deviation, read_deviations, settled
from policyproof.gate.errors import UsageError
from policyproof.gate.target import built_in_targets
from policyproof.gate.verdict import Diagnosis, Report, Verdict

LIMIT = "gae-truncation-bootstraps-from-final-state"
ENTRY = f"""
[[deviation]]
invariants = ["{LIMIT}"]
kind = "limitation"
reason = "It has no input for a truncation."
link = "https://example.org"
"""
BROKEN = """
class NoLimit:
    def gae(self, rewards, values, next_values, terminated, truncated, *, gamma, lam):
        done = terminated | truncated
        advantages, following = rewards * 0, 0
        for t in reversed(range(len(rewards))):
            delta = rewards[t] + gamma * ~done[t] * next_values[t] - values[t]
            advantages[t] = following = delta + gamma * lam * ~done[t] * following
        return advantages
"""


def report_of(*verdicts):
    return Report("mine", {"name": "mine"}, "ci", 0, verdicts=list(verdicts), complete=True)


def verdict(status, known=(), message=""):
    diagnosis = tuple(Diagnosis(name, "", "") for name in known)
    return Verdict(LIMIT, "definition", "gae", status, message=message, diagnosis=diagnosis)


def declared(**fields):
    return Deviation((LIMIT,), "limitation", "why", "https://example.org", **fields)


def never(_invariants):
    raise AssertionError("nothing was to be judged again")


def settle(before, deviation, again=never, today=date(2030, 1, 1)):
    return settled(report_of(before), [deviation], again, today).verdicts[0]


def test_what_shows_as_declared_deviates_and_passes():
    after = settle(verdict("violated"), declared())
    assert after.status == "deviates"
    assert after.deviation == {
        "reason": "why",
        "link": "https://example.org",
        "kind": "limitation",
        "expires": None,
    }
    assert not settled(report_of(verdict("violated")), [declared()], never).failed


def test_what_holds_is_judged_again_and_then_stale():
    asked = []

    def again(invariants):
        asked.append(invariants)
        return report_of(verdict("holds"))

    after = settle(verdict("holds"), declared(), again)
    assert asked == [(LIMIT,)]
    assert after.status == "stale"
    assert "why" in after.message


def test_what_shows_only_on_more_cases_deviates():
    assert settle(verdict("holds"), declared(), lambda _: report_of(verdict("violated"))).status == "deviates"


@pytest.mark.parametrize(
    ("before", "fields", "says"),
    [
        (verdict("error"), {}, "drift: declared as violated"),
        (verdict("violated"), {"shows": "error"}, "drift: declared as error"),
        (verdict("violated", ["other"]), {"behaves_like": "known"}, "behaves like other"),
        (verdict("error", message="KeyError"), {"shows": "error", "says": "IndexError"}, "IndexError"),
    ],
)
def test_what_shows_otherwise_has_drifted_and_fails(before, fields, says):
    after = settle(before, declared(**fields))
    assert after.status == before.status
    assert says in after.message
    assert after.deviation is not None


def test_what_is_broken_in_two_ways_may_show_in_either():
    both = [declared(), declared(shows="error", says="IndexError")]
    for before in (verdict("violated"), verdict("error", message="IndexError")):
        assert settled(report_of(before), both, never).verdicts[0].status == "deviates"
    after = settled(report_of(verdict("error", message="KeyError")), both, never).verdicts[0]
    assert "drift: declared as violated" in after.message


def test_an_expired_deviation_counts_no_more():
    day = date(2029, 12, 31)
    assert settle(verdict("violated"), declared(expires=day), today=day).status == "deviates"
    after = settle(verdict("violated"), declared(expires=day))
    assert after.status == "violated"
    assert "expired on 2029-12-31" in after.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "declares no deviation"),
        ("[[deviation", "cannot read"),
        (ENTRY.replace(LIMIT, "gae-truncation-bootstraps-from-the-final"), "did you mean"),
        (ENTRY.replace("limitation", "feature"), "choose one of bug, choice, limitation"),
        (ENTRY.replace("reason", "because"), "'because' is unknown"),
        (ENTRY.replace('link = "https://example.org"', ""), "has no link"),
        (ENTRY + 'behaves_like = "time-limit"', "behaves_like is 'time-limit'"),
        (ENTRY + 'expires = "soon"', "expires is a day"),
        (ENTRY + 'shows = "holds"', "shows is 'holds'"),
        (ENTRY + ENTRY, "twice"),
    ],
)
def test_a_file_is_read_strictly(tmp_path, text, says):
    file = tmp_path / "deviations.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=says.replace("[", r"\[")):
        read_deviations(file, "mine")


def test_an_entry_may_be_about_some_targets(tmp_path):
    file = tmp_path / "deviations.toml"
    file.write_text(ENTRY + 'targets = ["one"]\nexpires = 2030-12-31\n')
    assert read_deviations(file, "other") == ()
    assert read_deviations(file, "one")[0].expires == date(2030, 12, 31)


def test_shipped_files_are_sound():
    files = sorted(Path(adapters.__path__[0]).glob("deviations/*.toml"))
    assert files
    targets = built_in_targets()
    for file in files:
        own = [name for name in targets if name.replace("-", "_").startswith(file.stem)]
        assert own, file
        assert any(read_deviations(file, name) for name in own), file


def test_the_command_line_tells_and_passes_and_strict_fails(policyproof, tmp_path):
    (tmp_path / "mine.py").write_text(BROKEN)
    (tmp_path / "deviations.toml").write_text(ENTRY + 'behaves_like = "time-limit-as-termination"\n')
    arguments = ("check", "mine.py:NoLimit", "--only", LIMIT, "--seed", "0", "--in-process")
    told = policyproof(*arguments, "--deviations", "deviations.toml")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "deviates (limitation): It has no input for a truncation." in told.stdout
    assert "1 deviates" in told.stdout
    assert policyproof(*arguments, "--deviations", "deviations.toml", "--strict").returncode == 1
    assert policyproof(*arguments, "--deviations", "nowhere.toml").returncode == 2
