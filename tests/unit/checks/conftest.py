"""A small API of contacts, in memory, and a player that holds a script's conversation with it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from apicheck.model.check import Applies, Check
from apicheck.model.exchange import Exchange, Observation, Request, Response, Transcript
from apicheck.model.step import Ask, EndOfScript, Send
from apicheck.model.subject import UNIQUE, Subject
from apicheck.model.verdict import Judgement
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECKS = collect(entry_points=False)
SCOPES = ("contacts:read", "contacts:write", "campaigns")


@dataclass
class Holder:
    """What the server knows of a credential."""

    tenant: str
    scopes: frozenset[str]


@dataclass
class Contacts:
    """The server. Flaws are the functions that a test replaces."""

    holders: dict[str, Holder] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    authenticate: Callable[[Any, str], Holder | None] = lambda s, t: s.holders.get(t)
    allows: Callable[[Holder, str], bool] = lambda holder, scope: scope in holder.scopes
    sees: Callable[[Holder, Mapping[str, Any]], bool] = lambda h, o: o["tenant"] == h.tenant
    foreign: int = 404
    keeps_updates: bool = True
    made: int = 0

    def answer(self, request: Request) -> Response:
        self.requests.append(request)
        header = dict(request.wire_headers).get("Authorization", "")
        scheme, _, token = header.partition(" ")
        holder = self.authenticate(self, token) if scheme == "Bearer" else None
        if holder is None:
            return Response(401)
        if not self.allows(
            holder, "contacts:read" if request.method == "GET" else "contacts:write"
        ):
            return Response(403)
        body = json.loads(request.body) if request.body else {}
        if request.path == "/contacts":
            return self._collection(request.method, holder, body)
        return self._object(request.method, holder, request.path.rpartition("/")[2], body)

    def _collection(self, method: str, holder: Holder, body: dict[str, Any]) -> Response:
        if method == "GET":
            return Response(200, body=b"[]")
        self.made += 1
        made = {**body, "id": f"c{self.made}", "tenant": holder.tenant}
        self.objects[made["id"]] = made
        return Response(201, body=json.dumps(made).encode())

    def _object(self, method: str, holder: Holder, key: str, body: dict[str, Any]) -> Response:
        found = self.objects.get(key)
        if found is None:
            return Response(404)
        if not self.sees(holder, found):
            return Response(self.foreign)
        if method == "DELETE":
            del self.objects[key]
            return Response(204)
        if method == "PATCH" and self.keeps_updates:
            found.update(body)
        return Response(200, body=json.dumps(found).encode())


class Player:
    """Holds the conversation of scripts with one server, as the driver of a run would."""

    def __init__(self, server: Contacts) -> None:
        self.server = server
        self.shared: dict[str, Exchange] = {}
        self.minted: dict[str, dict[str, Any]] = {}
        for name, tenant in (("ADMIN", "a"), ("OTHER", "b")):
            server.holders[f"$APICHECK_{name}_TOKEN"] = Holder(tenant, frozenset(SCOPES))

    def play(self, check: Check, subject: Subject) -> tuple[Judgement, Transcript]:
        assert check.script is not None
        assert check.judge is not None
        applies = check.applies(subject)
        if isinstance(applies, Applies):
            subject = applies.bind(subject)
        exchanges: list[Exchange] = []
        script = check.script(subject)
        came: object = None
        try:
            while True:
                step = script.send(came)
                came = self._asked(step) if isinstance(step, Ask) else self._sent(step, exchanges)
        except StopIteration:
            transcript = Transcript(check.id, tuple(exchanges))
            return check.judge(subject, transcript), transcript
        except EndOfScript as end:
            return end.why, Transcript(check.id, tuple(exchanges))

    def _sent(self, step: object, exchanges: list[Exchange]) -> Exchange:
        assert isinstance(step, Send)
        if step.share and step.share in self.shared:
            exchanges.append(self.shared[step.share])
            return self.shared[step.share]
        number = len(self.server.requests)
        body = step.request.body
        if body:
            body = body.replace(UNIQUE.encode(), str(number).encode())
        request = replace(step.request, body=body)
        same = any(
            c.value.endswith("_TOKEN~swapcase") or c.value == "Basic $APICHECK_ADMIN_TOKEN"
            for c in request.credentials
        )
        exchange = Exchange(
            f"e{number}",
            request,
            self.server.answer(request),
            None,
            number,
            number + 0.5,
            step.role,
            (Observation("equals", "$APICHECK_ADMIN_TOKEN", "header"),) if same else (),
        )
        exchanges.append(exchange)
        if step.share:
            self.shared[step.share] = exchange
        return exchange

    def _asked(self, step: Ask) -> object:
        assert step.what == "mint"
        key = json.dumps(dict(step.arguments), sort_keys=True)
        if key not in self.minted or step.arguments["fresh"]:
            number = len(self.minted) + 1
            placeholder = f"$APICHECK_MINTED_{number}_TOKEN"
            scopes: Any = step.arguments["scopes"]
            tenant = str(step.arguments["tenant"] or "a")
            if step.arguments["state"] == "active":
                held = frozenset(SCOPES if scopes is None else scopes)
                self.server.holders[placeholder] = Holder(tenant, held)
            self.minted[key] = {
                "identity": f"minted-{number}",
                "placeholder": placeholder,
                "tenant": tenant,
            }
        return self.minted[key]


@dataclass
class Bench:
    """One check on one operation of one server."""

    check: Check
    subject: Subject
    player: Player

    def cases(self) -> dict[str, Subject]:
        assert self.check.cases is not None
        return {case.name: self.subject.with_case(case) for case in self.check.cases(self.subject)}

    def judgements(self) -> dict[str, Judgement]:
        """Case name -> what the judge says of it."""
        return {name: self.judged(bound)[0] for name, bound in self.cases().items()}

    def judged(self, subject: Subject | None = None) -> tuple[Judgement, Transcript]:
        return self.player.play(self.check, subject or self.subject)


@pytest.fixture
def server() -> Contacts:
    return Contacts()


@pytest.fixture
def bench(server: Contacts) -> Callable[..., Bench]:
    player = Player(server)

    def make(check: str, **setting: Any) -> Bench:
        declared = CHECKS[check]
        return Bench(declared, subject_of(declared, setting), player)

    return make
