"""A thousand deliveries: as many as it takes to know, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from apicheck.authoring import (
    Case,
    Exchange,
    Inconclusive,
    Json,
    Judgement,
    Request,
    Response,
    Role,
    Transcript,
)
from apicheck.model.step import Ask, Sign, Together
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECK = collect(entry_points=False)["receiver/load"]
SETTING = {"facts": {"webhooks": {"receiver": "createContact", "signature": "standard-webhooks"}},
           "operation": "createContact"}  # fmt: skip
BURST = subject_of(CHECK, SETTING).with_case(Case("burst", "a burst"))
PUT_OFF = Response(503, (("Retry-After", "1"),))


def play(*seconds: Response) -> tuple[Transcript, list[int | None]]:
    """The transcript of a receiver that responds so in each second, and the rates.

    What it accepts has an effect each.
    """
    exchanges: list[Exchange] = []
    rates: list[int | None] = []
    answers: list[Json] = []
    script, said = CHECK.script, iter(seconds)
    assert script is not None
    playing, result = script(BURST), None
    while True:
        try:
            step: Any = playing.send(result)
        except StopIteration:
            made = tuple(exchanges)
            return Transcript("receiver/load/createContact", made, answers=tuple(answers)), rates
        match step:
            case Sign():
                result = step.request
            case Together():
                rates.append(step.per_second)
                response = next(said)
                result = tuple(
                    Exchange(
                        f"e{number}", Request("POST", "/hook"), response, None, 0, 1, Role.TABLE
                    )
                    for number, _ in enumerate(step.sends)
                )
                exchanges += result
            case Ask():
                result = {"count": 1}
                answers.append(result)


def judge(transcript: Transcript) -> Judgement:
    assert CHECK.judge is not None
    return CHECK.judge(BURST, transcript)


def test_a_thousand_deliveries_are_sent_a_hundred_a_second() -> None:
    transcript, rates = play(*[Response(204)] * 10)
    assert len(transcript.exchanges) == 1000
    assert rates == [100] * 10
    assert len(transcript.answers) == 1000
    assert judge(transcript) is None


def test_the_burst_ends_with_the_second_in_which_a_delivery_is_refused() -> None:
    transcript, rates = play(Response(204), Response(500))
    assert len(rates) == 2
    found = judge(transcript)
    assert found is not None
    assert "one of 100 that were not accepted" in str(found)


def test_a_receiver_may_put_deliveries_off_and_says_how_many() -> None:
    transcript, _ = play(*[Response(204)] * 9, PUT_OFF)
    assert judge(transcript) is None
    assert len(transcript.answers) == 900
    assert CHECK.learn is not None
    assert CHECK.learn(BURST, transcript).endswith("100 of 1000 were to come later")


@pytest.mark.parametrize("response", [PUT_OFF, Response(429)])
def test_a_receiver_that_puts_all_off_shows_nothing(response: Response) -> None:
    transcript, _ = play(*[response] * 10)
    assert isinstance(judge(transcript), Inconclusive)


def test_a_503_that_names_no_time_is_a_refusal() -> None:
    transcript, rates = play(Response(503))
    assert len(rates) == 1
    assert not isinstance(judge(transcript), Inconclusive | None)
