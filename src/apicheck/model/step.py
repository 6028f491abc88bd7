"""The steps that a script yields and the driver carries out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from apicheck.model.exchange import Exchange, Request, Role
from apicheck.model.verdict import Inconclusive, NotTested


@dataclass(frozen=True, slots=True)
class Send:
    """Send one request; the script receives the Exchange.

    share: steps with the same non-empty key are sent once a run, and every script receives
        the same Exchange (control requests, fixtures that no probe uses up), with the role that
        its own step has. A confirmation sends again what is no setup.
    paced: False in scripts that exceed a limit on purpose.
    has_another: whether the script asks in another way after a refusal (anything but None); the
        exchange is then recorded as an attempt, whatever the role.
    cleanup: the driver removes the created object with the request that it finds in the
        response (by the document's links). False: the script removes the object itself.
    """

    request: Request
    role: Role = Role.TABLE
    share: str = ""
    paced: bool = True
    cleanup: bool = True
    has_another: Callable[[Exchange], object] | None = None


@dataclass(frozen=True, slots=True)
class Authorize:
    """Have a person approve an authorization request; the script receives the Exchange.

    It is sent, or given to the command of the target file's `[consent]`; the exchange is then a
    redirect to the URL that the command printed.
    """

    request: Request
    role: Role = Role.SETUP


@dataclass(frozen=True, slots=True)
class SendRaw:
    """Write bytes to a new connection, for what no client library would send.

    data: the whole request, with placeholders. request: what it means, for the record.
    """

    data: bytes
    request: Request
    role: Role = Role.TABLE


@dataclass(frozen=True, slots=True)
class Together:
    """Send several requests at once; the script receives their Exchanges, in this order.

    per_second: begin so many a second, whether or not the earlier ones are over; None for all at
    once. At most a second's requests are under way then.
    """

    sends: tuple[Send, ...]
    per_second: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass for the target: the driver moves a virtual clock, or sleeps."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Travel:
    """Take the target's clock to a moment, forward or back; the script receives whether it moved.

    to: epoch seconds. The driver brings the clock back when the script has ended. The script
    claims the clock for itself. Needs a control that can turn the clock back ("rewind").
    """

    to: float


@dataclass(frozen=True, slots=True)
class Receive:
    """Wait for webhook deliveries; the script receives those that came, oldest first.

    Deliveries to `path` (the part of the URL that `Ask("listener")` returned) count.
    respond: the status of the listener's later responses, None for the same as before.
    within_s: seconds to wait for `count`.
    """

    path: str
    count: int = 1
    within_s: float = 5.0
    respond: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Do something that is not a request to the API under test.

    what and arguments -> result, a JSON value; None when there is no way to do it:
    - "mint" {scopes: [..] or None, permissions, roles, tenant, user, app, plan, state}:
      -> {"identity": name};
      a new identity. Needs a minter of that tenant or the control protocol.
      "scheme" names the credential's security scheme, "claims" what its JSON Web Token says,
      "renewed" False keeps a token that has run out as it is.
    - "change" {identity, state, roles} -> {} : what becomes of the account of a new identity; needs
      control.
    - "revoke" {identity} -> {} ; "fail_next" {operation, status} -> {} ; needs control.
    - "effects" {identity} -> {"count": n}: how often requests of an identity that control made, or
      without one all requests, changed the target's state so far; needs control.
    - "processed" {id, at_least} -> {"count": n}: how often the id of a signed delivery stands where
      the receiver's effects show, as soon as that is `at_least`, or some seconds have passed.
    - "listener" {respond, location, hold, pause, closed} -> {"url": .., "path": ..}: a URL of the
      webhook listener. respond: the status of its responses, 0 to close the connection without one;
      location: of its redirects; hold: it lets a delivery wait until `Receive` says how to respond;
      pause: the seconds that it takes for each response; closed: it refuses connections until
      `Receive` says how to respond, which needs the capability "closed_port".
    - "subscribe_by_hand" {"url": ..} -> {}: register the listener where the API itself offers no
      subscription (through control, or by the operator beforehand).
    """

    what: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign a request as a webhook delivery; the script receives the signed Request.

    The script receives None where the scheme has no such near miss. `UNIQUE` in the request
    becomes the delivery's id.

    near_miss: name of a delivery beside the valid one (`body-byte`), which the request becomes;
        "" for the valid one. id: deliveries of one script with the same id get the same one; "":
        one that no other delivery of any run has. age_s: seconds since it was signed; negative:
        it is dated ahead. guarded: the signature that the receiver computes is a secret from now
        on, so that a response which repeats it is noticed. foreign: signed with the secret of
        another tenant; needs the capability "foreign_secret". edit: of the signature, as
        `apicheck.signatures.edits` describes it; None for none.
    """

    request: Request
    near_miss: str = ""
    id: str = ""
    age_s: float = 0.0
    guarded: bool = False
    foreign: bool = False
    edit: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Learn:
    """Remember for all scripts of the run what this one found out; the last word counts."""

    key: str
    value: object


@dataclass(frozen=True, slots=True)
class Recall:
    """Receive what a script of the run has learned under a key; None where none has."""

    key: str


Step = Send | Authorize | SendRaw | Together | Wait | Travel | Receive | Ask | Sign | Learn | Recall

T = TypeVar("T")

Steps = Generator[Step, Any, T]
"""A part of a script: yields steps, receives the result of each, returns a value.

`Any`, since each kind of step has a result type of its own; the functions of
`apicheck.authoring` name it.
"""

Script = Steps[None]
"""A check's whole conversation."""


class EndOfScript(Exception):
    """Raised inside a script that cannot go on; the driver records why."""

    def __init__(self, why: NotTested | Inconclusive) -> None:
        super().__init__(why.reason)
        self.why = why
