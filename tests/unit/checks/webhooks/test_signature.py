"""The conversation of webhooks/signature: what it subscribes to, and whose secret counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apicheck.checks.webhooks.signature import CHECK
from apicheck.model.check import Applies
from apicheck.model.exchange import (
    Direction,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
)
from apicheck.model.step import Ask, EndOfScript, Learn, Recall, Receive, Send
from apicheck.model.subject import Subject
from apicheck.model.verdict import Failure, Inconclusive, NotApplicable, NotTested
from apicheck.pages.setting import subject_of

BY_API = {"create": "createContact", "url": "/hook/url", "events": "/hook/events"}
OURS, OTHER = "$APICHECK_ISSUED_1", "$APICHECK_ISSUED_2"


def subject(**webhooks: Any) -> Subject:
    facts = {
        "signature": "standard-webhooks",
        "events": {"contact.updated": "updateContact"},
        **webhooks,
    }
    return subject_of(CHECK, {"facts": {"webhooks": facts}, "subject": "contact.updated"})


class Conversation:
    """Plays the script with an API that accepts everything. words: placeholder -> signature."""

    def __init__(self, words: dict[str, str], *, deliveries: int = 1, by_hand: bool = True) -> None:
        self.words, self.deliveries, self.by_hand = words, deliveries, by_hand
        self.exchanges: list[Exchange] = []
        self.answers: list[object] = []

    def of(self, subject: Subject) -> Transcript:
        assert CHECK.script is not None
        script = CHECK.script(subject)
        came: object = None
        try:
            while True:
                came = self._came(script.send(came))
        except StopIteration:
            return Transcript("p", tuple(self.exchanges), answers=tuple(self.answers))

    def _came(self, step: object) -> object:
        if isinstance(step, Ask):
            answer: object = {"url": "http://127.0.0.1:5/hooks/1", "path": "/hooks/1"}
            if step.what == "subscribe_by_hand":
                answer = {"id": "1", "secret": OURS} if self.by_hand else None
            self.answers.append(answer)
            return answer
        if isinstance(step, Receive):
            seen = tuple(Observation("signature", who, word) for who, word in self.words.items())
            return tuple(
                self._kept(Request("POST", step.path), 200, Role.TABLE, Direction.IN, seen)
                for _ in range(self.deliveries)
            )
        if isinstance(step, Learn | Recall):
            return None
        assert isinstance(step, Send)
        return self._kept(step.request, 201, step.role, Direction.OUT, ())

    def _kept(
        self,
        request: Request,
        status: int,
        role: Role,
        direction: Direction,
        seen: tuple[Observation, ...],
    ) -> Exchange:
        body = json.dumps({"id": "c1", "secret": OURS}).encode()
        number = len(self.exchanges)
        exchange = Exchange(
            f"e{number}", request, Response(status, body=body), None, number, number, role, seen,
            direction,
        )  # fmt: skip
        self.exchanges.append(exchange)
        return exchange


@pytest.mark.parametrize("webhooks", [{"subscriptions": BY_API}, {}], ids=["by API", "by hand"])
@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ({OURS: "valid", OTHER: "invalid"}, None),
        ({OURS: "invalid", OTHER: "valid"}, "invalid"),
        ({OURS: "absent", OTHER: "absent"}, "absent"),
        ({OURS: "stale", OTHER: "invalid"}, "stale"),
    ],
    ids=str,
)
def test_only_the_secret_of_our_subscription_counts(
    webhooks: dict[str, Any], words: dict[str, str], outcome: str | None
) -> None:
    of = subject(**webhooks)
    assert CHECK.judge is not None
    judgement = CHECK.judge(of, Conversation(words).of(of))
    assert (judgement.outcome if isinstance(judgement, Failure) else judgement) == outcome


def test_a_subscription_names_our_listener_and_the_one_event() -> None:
    talk = Conversation({OURS: "valid"})
    talk.of(subject(subscriptions=BY_API))
    request = talk.exchanges[0].request
    assert request.operation == "createContact"
    assert json.loads(request.body or b"")["hook"] == {
        "url": "http://127.0.0.1:5/hooks/1",
        "events": ["contact.updated"],
    }
    assert talk.exchanges[0].role is Role.SETUP


def test_nothing_delivered_and_no_known_secret_are_inconclusive() -> None:
    of = subject(subscriptions=BY_API)
    assert CHECK.judge is not None
    with pytest.raises(EndOfScript, match=r"no delivery of contact.updated came in 5 s"):
        Conversation({}, deliveries=0).of(of)
    unknown = CHECK.judge(of, Conversation({}).of(of))
    assert isinstance(unknown, Inconclusive)
    assert "secret" in unknown.reason


def test_a_target_that_cannot_be_told_of_the_listener_is_not_tested() -> None:
    with pytest.raises(EndOfScript) as end:
        Conversation({}, by_hand=False).of(subject())
    assert isinstance(end.value.why, NotTested)


def test_it_applies_where_a_signature_is_promised_and_the_cause_known() -> None:
    assert isinstance(CHECK.applies(subject()), Applies)
    assert isinstance(CHECK.applies(subject(signature="none")), NotApplicable)
    causeless = subject(events={"contact.updated": {"aliases": ["x"]}})
    assert isinstance(CHECK.applies(causeless), NotTested)
