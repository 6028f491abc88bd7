from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from apicheck.judge import choose_exit_code, compare_with_baseline, renew
from apicheck.model.baseline import KnownFinding
from apicheck.model.results import Results
from apicheck.model.verdict import Verdict

TODAY = date(2026, 11, 29)
LATER = TODAY + timedelta(days=30)
ACCEPTED = KnownFinding(
    "f-7d1c",
    "auth/missing-credentials: accepted",
    "team orders",
    "ORD-1",
    LATER,
    ("createContact",),
    "baseline.yaml:4",
)


@pytest.fixture
def open_elsewhere(results: Results) -> Results:
    """The specimen, in which something else is left open beside the violation."""
    return replace(results, word=replace(results.word, without_violations=3))


@pytest.fixture
def otherwise_conformant(results: Results) -> Results:
    return replace(results, word=replace(results.word, without_violations=0))


def test_a_finding_is_known_on_the_subjects_that_its_entry_lists(results: Results) -> None:
    found = compare_with_baseline(results, [ACCEPTED], TODAY)
    assert found.known == {"f-7d1c": (ACCEPTED,)}
    assert set(found.new) == {"f-9a02", "f-31bb"}
    assert (found.expired, found.mended, found.unseen) == ((), (), ())


def test_a_finding_is_new_on_another_subject(results: Results) -> None:
    first, *others = results.findings
    wider = replace(first, subjects=("createContact", "updateContact"))
    found = compare_with_baseline(replace(results, findings=(wider, *others)), [ACCEPTED], TODAY)
    assert found.new["f-7d1c"] == ("updateContact",)
    assert found.known == {}


def test_several_entries_cover_a_finding_together(results: Results) -> None:
    first, *others = results.findings
    wider = replace(first, subjects=("createContact", "updateContact"))
    second = replace(ACCEPTED, subjects=("updateContact",), owner="team users")
    found = compare_with_baseline(
        replace(results, findings=(wider, *others)), [ACCEPTED, second], TODAY
    )
    assert found.known["f-7d1c"] == (ACCEPTED, second)


def test_an_entry_without_subjects_covers_every_one(results: Results) -> None:
    found = compare_with_baseline(results, [replace(ACCEPTED, subjects=())], TODAY)
    assert "f-7d1c" in found.known


def test_an_entry_counts_on_its_last_day_and_not_after_it(results: Results) -> None:
    last = replace(ACCEPTED, expires=TODAY)
    assert "f-7d1c" in compare_with_baseline(results, [last], TODAY).known
    found = compare_with_baseline(results, [last], TODAY + timedelta(days=1))
    assert "f-7d1c" in found.new
    assert found.expired == (last,)


def test_an_entry_that_matches_nothing_is_mended_where_its_subjects_pass(results: Results) -> None:
    passes = replace(ACCEPTED, fingerprint="f-0", subjects=("listContacts",))
    untested = replace(ACCEPTED, fingerprint="f-1", subjects=("deleteContact",))
    unnamed = replace(ACCEPTED, fingerprint="f-2", subjects=())
    found = compare_with_baseline(results, [passes, untested, unnamed], TODAY)
    assert found.mended == (passes,)
    assert found.unseen == (untested, unnamed)


def test_known_violations_do_not_count_for_the_exit_code(otherwise_conformant: Results) -> None:
    known = compare_with_baseline(otherwise_conformant, [ACCEPTED], TODAY)
    assert choose_exit_code(otherwise_conformant, known) == 0
    new = compare_with_baseline(otherwise_conformant, [], TODAY)
    assert choose_exit_code(otherwise_conformant, new) == 1


def test_a_new_warning_does_not_count_for_the_exit_code(otherwise_conformant: Results) -> None:
    known = compare_with_baseline(otherwise_conformant, [ACCEPTED], TODAY)
    assert "f-9a02" in known.new
    assert choose_exit_code(otherwise_conformant, known) == 0


def test_what_else_is_open_still_counts(open_elsewhere: Results) -> None:
    known = compare_with_baseline(open_elsewhere, [ACCEPTED], TODAY)
    assert choose_exit_code(open_elsewhere, known) == 3


def test_a_violation_without_a_finding_is_never_known(otherwise_conformant: Results) -> None:
    first, *others = otherwise_conformant.clauses
    bare = replace(otherwise_conformant, clauses=(replace(first, findings=()), *others))
    assert choose_exit_code(bare, compare_with_baseline(bare, [ACCEPTED], TODAY)) == 1


def test_a_renewed_baseline_covers_every_finding(results: Results) -> None:
    wanted = KnownFinding("", "", "ada", "ORD-2", LATER)
    written = renew(results, [ACCEPTED], wanted, TODAY)
    assert written[0] == ACCEPTED
    assert [(one.fingerprint, one.owner) for one in written[1:]] == [
        ("f-9a02", "ada"),
        ("f-31bb", "ada"),
    ]
    assert written[1].finding == "headers/request-id: absent: X-Request-Id"
    assert compare_with_baseline(results, written, TODAY).new == {}
    assert renew(results, written, wanted, TODAY) == written


def test_a_renewed_baseline_drops_what_is_mended_or_expired_alone(results: Results) -> None:
    mended = replace(ACCEPTED, fingerprint="f-0", subjects=("listContacts",))
    unseen = replace(ACCEPTED, fingerprint="f-1", subjects=("deleteContact",))
    stale = replace(unseen, expires=TODAY - timedelta(days=1))
    expired = replace(ACCEPTED, expires=TODAY - timedelta(days=1))
    wanted = KnownFinding("", "", "ada", "ORD-2", LATER)
    written = renew(results, [mended, unseen, stale, expired], wanted, TODAY)
    assert written[0] == unseen
    assert [one.owner for one in written[1:]] == ["ada"] * 3


def test_a_pass_elsewhere_mends_nothing(results: Results) -> None:
    other = replace(ACCEPTED, fingerprint="f-0", finding="auth/bad-credentials: accepted")
    entry = replace(other, subjects=("listContacts",))
    assert {c.verdict for c in results.checks if c.check == "auth/bad-credentials"} == {
        Verdict.INCONCLUSIVE
    }
    assert compare_with_baseline(results, [entry], TODAY).unseen == (entry,)
