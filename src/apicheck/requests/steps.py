"""The steps of a script, each a generator with a typed result: `x = yield from send(…)`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, NoReturn, cast

from apicheck.model.exchange import Exchange, Request, Role
from apicheck.model.json import Json
from apicheck.model.step import (
    Ask,
    Authorize,
    EndOfScript,
    Learn,
    Recall,
    Receive,
    Send,
    SendRaw,
    Sign,
    Together,
    Travel,
    Wait,
)
from apicheck.model.target import Identity
from apicheck.model.verdict import Inconclusive, NotTested, NotTestedKind


def send(
    request: Request,
    role: Role = Role.TABLE,
    share: str = "",
    *,
    paced: bool = True,
    has_another: Callable[[Exchange], object] | None = None,
) -> Generator[Send, Any, Exchange]:
    """Send one request. See `Send` for `share`, `paced` and `has_another`."""
    step = Send(request, role, share, paced, has_another=has_another)
    return cast("Exchange", (yield step))


def authorize(request: Request, role: Role = Role.SETUP) -> Generator[Authorize, Any, Exchange]:
    """Have a person approve an authorization request. See `Authorize`."""
    return cast("Exchange", (yield Authorize(request, role)))


def send_raw(
    data: bytes, request: Request, role: Role = Role.TABLE
) -> Generator[SendRaw, Any, Exchange]:
    """Write bytes to a connection of their own. `request` says what they mean."""
    return cast("Exchange", (yield SendRaw(data, request, role)))


def send_together(
    *sends: Send, per_second: int | None = None
) -> Generator[Together, Any, tuple[Exchange, ...]]:
    """Send several requests at once; returns their exchanges in this order.

    per_second: as in `Together`.
    """
    return cast("tuple[Exchange, ...]", (yield Together(sends, per_second)))


def wait(seconds: float, why: str) -> Generator[Wait, Any, None]:
    """Let time pass for the target."""
    yield Wait(seconds, why)


def travel(to: float) -> Generator[Travel, Any, None]:
    """Take the target's clock to epoch seconds. Ends the script where it cannot be moved there.

    It is brought back when the script has ended.
    """
    if not (yield Travel(to)):
        reason = "the target's clock does not go to that day and back"
        remedy = '[control]\nurl = "http://127.0.0.1:9000"  # with the capability "rewind"'
        end_script(NotTested(NotTestedKind.NEEDS_CONTROL, reason, remedy))


def receive(
    path: str, count: int = 1, within_s: float = 5.0, respond: int | None = None
) -> Generator[Receive, Any, tuple[Exchange, ...]]:
    """Wait for webhook deliveries to a path of the listener; fewer than `count` may come.

    respond: the status of the listener's later responses, None for the same as before.
    """
    return cast("tuple[Exchange, ...]", (yield Receive(path, count, within_s, respond)))


def ask(what: str, **arguments: Json) -> Generator[Ask, Any, Json]:
    """Ask for a control action; None where the target offers no way to it. See `Ask`."""
    return (yield Ask(what, arguments))


def sign(
    request: Request,
    near_miss: str = "",
    *,
    id: str = "",  # noqa: A002  (what a delivery has)
    age_s: float = 0.0,
    guarded: bool = False,
    foreign: bool = False,
    edit: Mapping[str, Json] | None = None,
) -> Generator[Sign, Any, Request]:
    """Sign a request as a webhook delivery. See `Sign`.

    Ends the script as inconclusive where the scheme has no such near miss with this secret.
    """
    signed = yield Sign(request, near_miss, id, age_s, guarded, foreign, edit)
    if signed is None:
        missing = near_miss or f"with the signature edited so: {edit}"
        end_script(Inconclusive(f"with this secret, the scheme has no delivery {missing}"))
    return cast("Request", signed)


def learn(key: str, value: object) -> Generator[Learn, Any, None]:
    """Remember something for all scripts of the run. See `Learn`."""
    yield Learn(key, value)


def recall(key: str) -> Generator[Recall, Any, object]:
    """What a script of the run has learned under a key; None where none has."""
    return cast("object", (yield Recall(key)))


def end_script(why: NotTested | Inconclusive) -> NoReturn:
    """End the script here: it cannot test its property."""
    raise EndOfScript(why)


def mint(  # noqa: PLR0913  (each is a property of the identity)
    *,
    scopes: tuple[str, ...] | None = None,
    permissions: tuple[str, ...] | None = None,
    roles: tuple[str, ...] | None = None,
    tenant: str = "",
    user: str = "",
    app: str = "",
    plan: str = "",
    state: str = "active",
    fresh: bool = False,
    scheme: str = "",
    claims: Mapping[str, Json] | None = None,
    renewed: bool = True,
) -> Generator[Ask, Any, Identity]:
    """Make an identity. Ends the script as not tested where the target cannot make one.

    scopes, permissions, roles None: all of them. fresh False: scripts with the same arguments share
    the identity; True: it is for this script alone, which may use it up. scheme: of its credential;
    "": the usual one. claims: of its JSON Web Token, in place of its own (None: omitted).
    renewed False: an expired token is not replaced.
    """
    made = yield from ask(
        "mint",
        scopes=None if scopes is None else sorted(scopes),
        permissions=None if permissions is None else sorted(permissions),
        roles=None if roles is None else sorted(roles),
        tenant=tenant,
        user=user,
        app=app,
        plan=plan,
        state=state,
        fresh=fresh,
        scheme=scheme,
        claims=dict(claims or {}),
        renewed=renewed,
    )
    if made is None:
        wanted = ", ".join(scopes or permissions or roles or ()) or "no scope"
        holding = f"an identity of plan {plan}" if plan else f"an identity holding {wanted}"
        end_script(
            NotTested(
                NotTestedKind.NEEDS_IDENTITY,
                f"the target cannot make {holding}" + (f" of tenant {tenant}" if tenant else ""),
                '[mint.a]\ntoken_url = "/oauth/token"\nclient_id_env = "A_ID"\n'
                'client_secret_env = "A_SECRET"',
            )
        )
    return Identity(
        name=made["identity"],
        placeholder=made["placeholder"],
        scheme=made.get("scheme", ""),
        scopes=scopes,
        permissions=permissions,
        roles=roles,
        tenant=made.get("tenant", tenant),
        user=made.get("user", user),
        app=made.get("app", app),
        plan=made.get("plan", plan),
        state=state,
        parameters=made.get("parameters", {}),
        credentials=made.get("credentials", {}),
    )
