"""What thousands of refusals tell: measured, and never a verdict."""

from __future__ import annotations

from random import Random

import pytest

from apicheck.authoring import Case, Exchange, Request, Response, Role, Transcript
from apicheck.checks.receiver import _timing
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECK = collect(entry_points=False)["receiver/many-forgeries"]
SETTING = {"facts": {"webhooks": {"receiver": "createContact", "signature": "standard-webhooks"}},
           "operation": "createContact"}  # fmt: skip

SUBJECT = subject_of(CHECK, SETTING).with_case(Case("short", ""))


def draw_times(number: int, seed: int, more_s: float = 0.0) -> list[float]:
    """Times as a busy machine makes them: around a millisecond, some far longer."""
    chance = Random(seed)
    return [1e-3 + chance.expovariate(1 / 2e-4) + more_s for _ in range(number)]


@pytest.mark.parametrize("seed", range(10))
def test_the_same_work_shows_no_difference(seed: int) -> None:
    assert not _timing.compare(draw_times(1000, seed), draw_times(1000, seed + 100)).is_seen


@pytest.mark.parametrize("more_s", [5e-5, -5e-5])
def test_a_difference_beyond_the_noise_is_seen_in_either_direction(more_s: float) -> None:
    found = _timing.compare(draw_times(1000, 1), draw_times(1000, 2, more_s))
    assert found.is_seen
    assert found.low_s < more_s < found.high_s


def test_a_pause_of_the_machine_moves_nothing() -> None:
    early, late = draw_times(1000, 1), draw_times(1000, 2)
    before = _timing.compare(early, late)
    late[:20] = [2.0] * 20
    after = _timing.compare(early, late)
    assert not after.is_seen
    assert abs(after.median_s - before.median_s) < 1e-5


def test_a_difference_that_is_certain_and_negligible_is_not_seen() -> None:
    early = draw_times(1000, 1)
    found = _timing.compare(early, [one + 1e-6 for one in early])
    assert found.low_s > 0
    assert not found.is_seen


def refusals(late_s: float, status: int = 401) -> Transcript:
    """A thousand pairs; of every second one the late forgery comes first, as it is sent."""
    chance, exchanges, at = Random(1), [], 0.0
    for number in range(2000):
        is_late = (number % 2 == 1) == (number // 2 % 2 == 1)
        took = 1e-3 + chance.expovariate(1 / 1e-4) + (late_s if is_late else 0.0)
        request = Request("POST", "/contacts")
        exchanges.append(
            Exchange(f"e{number}", request, Response(status), None, at, at + took, Role.TABLE)
        )
        at += took
    return Transcript("receiver/many-forgeries/createContact", tuple(exchanges))


@pytest.mark.parametrize(
    ("late_s", "words"), [(0.0, "no difference is seen"), (1e-4, "compare signatures in constant")]
)
def test_a_pass_says_whether_the_time_tells_how_much_is_right(late_s: float, words: str) -> None:
    assert CHECK.judge is not None
    assert CHECK.learn is not None
    assert CHECK.judge(SUBJECT, refusals(late_s)) is None
    assert words in CHECK.learn(SUBJECT, refusals(late_s))


def test_what_was_refused_for_its_number_is_not_measured() -> None:
    assert CHECK.learn is not None
    assert CHECK.learn(SUBJECT, refusals(0.0, 429)) == ""
