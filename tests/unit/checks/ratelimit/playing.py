"""Plays the script of a check against a server that is a function."""

from __future__ import annotations

import random
from collections.abc import Callable, MutableMapping

from apicheck.model.check import Check
from apicheck.model.exchange import Exchange, Request, Response, Transcript
from apicheck.model.step import Ask, EndOfScript, Learn, Recall, Send, Together, Wait
from apicheck.model.subject import Subject
from apicheck.model.verdict import Inconclusive, Judgement, NotTested

Serve = Callable[[Request, float], int | Response]


def judge(check: Check, of: Subject, serve: Serve, seed: int = 1) -> Judgement:
    """Play a script, and judge what came."""
    played = play(check, of, serve, seed)
    assert check.judge is not None
    return check.judge(of, played) if isinstance(played, Transcript) else played


def play(
    check: Check,
    of: Subject,
    serve: Serve,
    seed: int = 1,
    learned: MutableMapping[str, object] | None = None,
) -> Transcript | Inconclusive | NotTested:
    """Play a script against a server on a clock that only script and responses move.

    learned: what scripts before it have learned; it adds its own.
    """
    rng = random.Random(seed)
    known = {} if learned is None else learned
    made = 100 * seed  # of two scripts with two seeds, no two identities have one name
    now, exchanges, answers = rng.uniform(0, 1000), [], []

    def exchange(send: Send) -> Exchange:
        nonlocal now
        sent, at = now, now + rng.uniform(0, 0.01)
        now = at + rng.uniform(0, 0.01)
        served = serve(send.request, at)
        response = served if isinstance(served, Response) else Response(served)
        name = f"e{len(exchanges) + 1}"
        exchanges.append(Exchange(name, send.request, response, None, sent, now, send.role))
        return exchanges[-1]

    assert check.script is not None
    script, value = check.script(of), None
    try:
        while True:
            step = script.send(value)
            value = None
            if isinstance(step, Ask):
                made += 1
                asked = {name: step.arguments[name] for name in ("tenant", "user", "app")}
                value = {
                    "identity": f"minted-{made}",
                    "placeholder": f"$MINTED_{made}",
                    **asked,
                    "user": asked["user"] or f"user-{made}",
                }
                answers.append(value)
            elif isinstance(step, Wait):
                now += step.seconds
            elif isinstance(step, Send):
                value = exchange(step)
            elif isinstance(step, Together):
                value = tuple(exchange(send) for send in step.sends)
            elif isinstance(step, Learn):
                known[step.key] = step.value
            else:
                assert isinstance(step, Recall)
                value = known.get(step.key)
    except StopIteration:
        pass
    except EndOfScript as end:
        return end.why
    return Transcript("p", tuple(exchanges), answers=tuple(answers))
