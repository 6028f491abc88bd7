"""A small API of contacts, in memory, and a player of scripts against it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from apicheck.judge.attempts import judge_attempt
from apicheck.model.check import Applies, Check
from apicheck.model.exchange import (
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
)
from apicheck.model.subject import UNIQUE, Subject
from apicheck.model.target import Consent
from apicheck.pages.setting import subject_of
from apicheck.probe.budget import Budget
from apicheck.probe.clock import TargetClock
from apicheck.probe.driver import Driver
from apicheck.probe.job import Job
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
    """Plays scripts with the driver of a run; what a run sends, a server in this process gets.

    It stands in for two parts of the driver: the recorder, and the actions of a control protocol.
    Its clock stands at `now`, in epoch seconds.
    """

    def __init__(self, server: Contacts) -> None:
        self.server = server
        self.minted: dict[str, dict[str, Any]] = {}
        self.numbers = count()
        self.now = 0.0
        clock = TargetClock(move=self.move, rewinds=True, monotonic=lambda: 0.0)
        clock.synchronise(self.now)
        for name, tenant in (("ADMIN", "a"), ("OTHER", "b")):
            server.holders[f"$APICHECK_{name}_TOKEN"] = Holder(tenant, frozenset(SCOPES))
        parts: Any = SimpleNamespace(
            plan=SimpleNamespace(
                options=SimpleNamespace(retries=0),
                policy=SimpleNamespace(facts=SimpleNamespace(webhooks=None)),
            ),
            recorder=self,
            clock=clock,
            actions=self,
            budget=Budget(None, None, lambda: 0.0),
            creations=SimpleNamespace(note=lambda *_, **__: None, delete_of=lambda *_: ()),
            secrets=SimpleNamespace(redact_text=str),
            sentinel=SimpleNamespace(
                check=lambda *_, **__: None,
                check_subject=lambda *_: None,
                note=lambda *_: None,
                has_renewed=lambda _: False,
                server_is_gone=False,
            ),
        )
        self.driver = Driver(parts)

    def move(self, seconds: float) -> float:
        self.now += seconds
        return self.now

    def play(self, check: Check, subject: Subject) -> tuple[Any, Transcript]:
        assert check.script is not None
        applies = check.applies(subject)
        if isinstance(applies, Applies):
            subject = applies.bind(subject)
        job = Job(check.id, subject, check.script, provokes=check.provokes, accepted=check.accepted)
        transcript = self.driver.play(job)
        return judge_attempt(check, subject, transcript), transcript

    def send(self, request: Request, role: Role, **_: object) -> Exchange:
        number = next(self.numbers)
        if request.body:
            unique = request.body.replace(UNIQUE.encode(), str(number).encode())
            request = replace(request, body=unique)
        fields = ((name, value.replace(UNIQUE, str(number))) for name, value in request.headers)
        request = replace(request, headers=tuple(fields))
        same = any(
            c.value.endswith("_TOKEN~swapcase") or c.value == "Basic $APICHECK_ADMIN_TOKEN"
            for c in request.credentials
        )
        equal = (Observation("equals", "$APICHECK_ADMIN_TOKEN", "header"),) if same else ()
        response = self.server.answer(request)
        times = number, number + 0.5
        return Exchange(f"e{number}", request, response, None, *times, role, equal)

    def record_consent(self, request: Request, role: Role, consent: Consent) -> Exchange:
        assert consent.command
        return self.send(request, role)

    def perform(self, what: str, arguments: Mapping[str, Any], _: object) -> dict[str, Any] | None:
        if what == "effects":
            return None
        assert what == "mint"
        key = json.dumps(dict(arguments), sort_keys=True)
        if key not in self.minted or arguments["fresh"]:
            name, tenant = f"minted-{len(self.minted) + 1}", arguments["tenant"] or "a"
            placeholder = f"$APICHECK_{name.upper().replace('-', '_')}_TOKEN"
            if arguments["state"] == "active":
                scopes = arguments["scopes"]
                held = frozenset(SCOPES if scopes is None else scopes)
                self.server.holders[placeholder] = Holder(tenant, held)
            self.minted[key] = {"identity": name, "placeholder": placeholder, "tenant": tenant}
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

    def judgements(self) -> dict[str, Any]:
        """Case name -> what the judge says of it."""
        return {name: self.judged(bound)[0] for name, bound in self.cases().items()}

    def judged(self, subject: Subject | None = None) -> tuple[Any, Transcript]:
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
