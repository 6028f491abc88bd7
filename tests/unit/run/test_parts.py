"""The parts of a run that was resumed become one."""

from __future__ import annotations

from apicheck.model.codec import to_json
from apicheck.model.ending import SENTINEL, Ending
from apicheck.model.exchange import Transcript
from apicheck.model.results import Resumption
from apicheck.run.parts import join_parts

FIRST, SECOND = Resumption("", 10.0, 2, 0), Resumption("", 20.0, 4, 0)
OLD, NEW, NEWEST, OTHER = (Transcript(name, answers=(text,)) for name, text in (
    ("a", "old"), ("a", "new"), ("a", "newest"), ("b", "")
))  # fmt: skip


def test_what_was_played_anew_replaces_what_was_cut_off() -> None:
    assert join_parts([OLD, OTHER, NEW], [FIRST]) == (OTHER, NEW)
    assert join_parts([OLD, OTHER, NEW, NEW, NEWEST], [FIRST, SECOND]) == (OTHER, NEWEST)


def test_a_run_in_one_go_keeps_everything() -> None:
    assert join_parts([OLD, NEW], []) == (OLD, NEW)


def test_what_one_part_played_twice_stays_twice() -> None:
    assert join_parts([OLD, OTHER, NEW, NEWEST], [FIRST]) == (OTHER, NEW, NEWEST)


def test_attempts_and_smaller_cases_are_apart() -> None:
    again, smaller = Transcript("a", attempt=1), Transcript("a", case="0")
    assert join_parts([OLD, again, smaller], [FIRST]) == (OLD, again, smaller)


def test_what_had_ended_lives_again_when_the_run_is_resumed() -> None:
    ending = Ending("admin", "POST /x", 4.0, "it ended")
    ended = Transcript(SENTINEL, answers=(to_json(ending, whole=True),))
    joined = join_parts([ended, OTHER, ended], [FIRST])
    assert [one.answers[0]["until"] for one in joined if one.probe == SENTINEL] == [10.0, None]
