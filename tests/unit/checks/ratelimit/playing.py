"""Plays the script of a check against a server that is a function."""

from __future__ import annotations

import random
from collections.abc import Callable, MutableMapping, Sequence

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

    def exchange(*sends: Send) -> tuple[Exchange, ...]:
        nonlocal now
        made, now = send_at_once(rng, serve, sends, now, len(exchanges))
        exchanges.extend(made)
        return made

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
                (value,) = exchange(step)
            elif isinstance(step, Together):
                value = exchange(*step.sends)
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


def send_at_once(
    rng: random.Random, serve: Serve, sends: Sequence[Send], now: float, known: int
) -> tuple[tuple[Exchange, ...], float]:
    """Send requests at once, and say when the last response came.

    Which of them the server decides first, nobody knows. known: the number of earlier exchanges.
    """
    sent, made = now, {}
    for place in rng.sample(range(len(sends)), len(sends)):
        at = now + rng.uniform(0, 0.01)
        served = serve(sends[place].request, at)
        response = served if isinstance(served, Response) else Response(served)
        now = at + rng.uniform(0, 0.01)
        name, of = f"e{known + place + 1}", sends[place]
        made[place] = Exchange(name, of.request, response, None, sent, now, of.role)
    return tuple(made[place] for place in sorted(made)), now
