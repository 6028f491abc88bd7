"""The reference server in this process: requests go straight into its ASGI applications."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from starlette.types import ASGIApp

from apicheck.load import facts_from, read_spec
from apicheck.model.json import at
from apicheck.model.operation import Operation, SecurityScheme
from apicheck.model.policy import Policy
from reference_server.app import build_api
from reference_server.control import build_control
from reference_server.document.profile import Profile, build_profile, read_profile
from reference_server.state.identities import Identity
from reference_server.state.server_state import ServerState

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it was sent: names of fields in their own case, in their own order."""

    status: int
    fields: Pairs
    content: bytes

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.fields if key.lower() == name.lower())

    def __getitem__(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request to an operation, ready to be sent."""

    method: str
    path: str
    headers: Pairs = ()
    body: bytes = b""


class Driver:
    """A server, its API and its control plane. They share an event loop, as in the process."""

    def __init__(self, profile: Profile) -> None:
        self.server = ServerState(profile, seed=7)
        self.runner = asyncio.Runner()
        self._api = build_api(self.server)
        self._control = build_control(self.server)
        self._numbers = iter(range(1, 10**6))

    @property
    def admin(self) -> Identity:
        return self.identity("admin")

    def identity(self, name: str) -> Identity:
        return next(one for one in self.server.directory.all() if one.name == name)

    def enter_by(self, entry: str) -> None:
        """Have requests come to another listener from now on."""
        self._api = build_api(self.server, entry)

    def send(
        self,
        method: str,
        target: str,
        *,
        token: str | None = None,
        value: Any = None,
        body: bytes = b"",
        headers: Sequence[tuple[str, str]] = (),
    ) -> Response:
        """value: a JSON body. target: the path with its query, percent-encoded."""
        fields = list(headers)
        if token is not None:
            fields.append(("Authorization", f"Bearer {token}"))
        if value is not None:
            body = json.dumps(value).encode()
            fields.append(("Content-Type", "application/json"))
        return self.runner.run(asked(self._api, method, target, fields, body))

    def form(self, path: str, headers: Sequence[tuple[str, str]] = (), **values: str) -> Response:
        fields = [("Content-Type", FORM), *headers]
        return self.send("POST", path, headers=fields, body=urlencode(values).encode())

    def control(self, method: str, path: str, value: Any = None) -> Response:
        body = b"" if value is None else json.dumps(value).encode()
        return self.runner.run(asked(self._control, method, path, (), body))

    def control_bytes(self, method: str, path: str, body: bytes) -> Response:
        return self.runner.run(asked(self._control, method, path, (), body))

    def effects(self) -> int:
        count: int = self.control("GET", "/effects").json["count"]
        return count

    def credentials(self, name: str, who: Identity, token: str = "") -> Pairs:
        """An identity's credentials of the first alternative that an operation takes.

        token: something else in their place.
        """
        schemes = self.server.profile.spec.schemes
        alternative = next(iter(self.server.profile.rules[name].security), ())
        return tuple(
            self._placed(schemes[scheme], token or who.credentials.get(scheme, who.token))
            for scheme, _ in alternative
        )

    def _placed(self, scheme: SecurityScheme, secret: str) -> tuple[str, str]:
        if scheme.kind == "apiKey":
            return scheme.parameter, secret
        return "Authorization", f"{'Basic' if scheme.http_scheme == 'basic' else 'Bearer'} {secret}"

    def grant(self, name: str, who: Identity | None = None) -> Response:
        """The response to a request that the operation grants."""
        who = who or self.admin
        sent = self.request(name, who)
        secured = self.server.profile.rules[name].secured
        headers = (*sent.headers, *(self.credentials(name, who) if secured else ()))
        return self.play(replace(sent, headers=headers))

    def play(self, sent: Sent, token: str | None = None) -> Response:
        return self.send(sent.method, sent.path, token=token, headers=sent.headers, body=sent.body)

    def request(self, name: str, who: Identity | None = None) -> Sent:
        """A request that the operation grants: what it needs is created first."""
        who = who or self.admin
        rules = self.server.profile.rules[name]
        operation = rules.operation
        path = operation.path
        for parameter in (p for p in operation.parameters if p.place == "path"):
            value = who.parameters.get(parameter.name)
            if collection := rules.use.names.get(parameter.name):
                value = self.create(collection.name, who)
            text = quote(str(value or parameter.example), safe="")
            path = path.replace("{" + parameter.name + "}", text)
        if not operation.body:
            return Sent(operation.method, path)
        media = operation.body[0]
        headers = (("Content-Type", media.media_type),)
        if isinstance(media.examples[0], str):
            return Sent(operation.method, path, headers, media.examples[0].encode())
        if media.media_type == PARTS:
            return Sent(operation.method, path, *_parts(media.examples[0]))
        value = dict(media.examples[0])
        for pointer, collection in rules.use.refers.items():
            value[pointer.removeprefix("/")] = self.create(collection.name, who)
        if "email" in value:
            value["email"] = f"ada+{next(self._numbers)}@example.com"
        client = next((c for c in self.server.clients if c.tenant == who.tenant), None)
        if client and "client_id" in value:
            value |= {"client_id": client.id, "client_secret": client.secret}
        body = urlencode(value) if media.media_type == FORM else json.dumps(value)
        return Sent(operation.method, path, headers, body.encode())

    def create(self, name: str, who: Identity | None = None) -> str:
        """The id of a new object, made by the operation that creates such ones, or of a given one.

        Nobody creates what is there from the start.
        """
        who = who or self.admin
        collection = self.server.profile.rules[name].use.collection
        if collection is not None and collection.given:
            return self.server.store.all(name, who.tenant)[0].id
        answer = self.grant(name, who)
        assert answer.status // 100 == 2, answer
        assert collection is not None
        return str(at(answer.json, collection.root + collection.id))

    def operations(self) -> tuple[Operation, ...]:
        return self.server.profile.spec.operations


def _parts(members: Mapping[str, str]) -> tuple[Pairs, bytes]:
    """Content-Type and content of a body of several parts (RFC 7578)."""
    parts = "".join(
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in members.items()
    )
    return (("Content-Type", f"{PARTS}; boundary=xyz"),), f"{parts}--xyz--\r\n".encode()


async def asked(
    application: ASGIApp,
    method: str,
    target: str,
    headers: Sequence[tuple[str, str]],
    body: bytes | Sequence[bytes],
) -> Response:
    """One request to an ASGI application."""
    path, _, query = target.partition("?")
    chunks = [body] if isinstance(body, bytes) else list(body)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }
    events = iter(
        [
            {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
            for index, chunk in enumerate(chunks)
        ]
    )
    said: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return next(events, {"type": "http.disconnect"})

    async def send(event: Mapping[str, Any]) -> None:
        said.append(event)

    await application(scope, receive, send)  # type: ignore[arg-type]  # dictionaries are what ASGI servers pass
    start = said[0]
    return Response(
        start["status"],
        tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]
        ),
        b"".join(event.get("body", b"") for event in said[1:]),
    )


PROFILES: dict[str, Profile] = {}


def profile(name: str) -> Profile:
    """A packaged profile; read once, as reading takes longer than all that is done with it."""
    if name not in PROFILES:
        PROFILES[name] = read_profile(name)
    return PROFILES[name]


def made_up(facts: Mapping[str, Any], document: Mapping[str, Any]) -> Profile:
    """A profile of facts and a document that are written where they are tested."""
    spec = read_spec(document)
    return build_profile(Path(), spec, Policy("made-up", "1", "Made up", (), facts_from(facts)))


@pytest.fixture(name="made_up", scope="session")
def made_up_fixture() -> Callable[[Mapping[str, Any], Mapping[str, Any]], Profile]:
    return made_up


@pytest.fixture
def drive() -> Iterator[Callable[[Profile | str], Driver]]:
    """A driver of any profile, given as such or by the name of a packaged one."""
    made: list[Driver] = []

    def driver(wanted: Profile | str) -> Driver:
        made.append(Driver(profile(wanted) if isinstance(wanted, str) else wanted))
        return made[-1]

    yield driver
    for one in made:
        one.server.subscriptions.stop()
        one.runner.close()


@pytest.fixture
def canonical(drive: Callable[[str], Driver]) -> Driver:
    return drive("canonical")


@pytest.fixture
def webengage(drive: Callable[[str], Driver]) -> Driver:
    return drive("webengage")


@pytest.fixture(params=["canonical", "dahimail", "webengage"])
def honest(drive: Callable[[str], Driver], request: pytest.FixtureRequest) -> Driver:
    """Each of the packaged profiles in its turn."""
    return drive(request.param)
