"""What cannot be shown is listed with what it would take."""

from policyproof.invariants.discovery import all_variants
from policyproof.invariants.inexpressible import all_inexpressible


def test_every_entry_says_where_it_happened_what_it_did_and_what_it_would_need():
    for entry in all_inexpressible():
        assert entry.citation, entry
        assert entry.what.endswith("."), entry
        assert entry.needs, entry
        assert not entry.needs.endswith("."), entry


def test_no_bug_is_both_caught_and_called_uncatchable():
    assert not {entry.name for entry in all_inexpressible()} & {variant.name for variant in all_variants()}
