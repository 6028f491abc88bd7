"""Authorization responses, with a code and with an error."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Exchange,
    Inconclusive,
    Role,
    Script,
    Subject,
    Transcript,
    describe,
    steps,
)
from apicheck.checks.oauth._codes import (
    find_client,
    obtain_code,
    read_redirect,
    write_authorization,
)
from apicheck.checks.oauth._scopes import find_scoped

UNKNOWN_TYPE = "apicheck"
_GRANTED, _REFUSED = "a response with a code", "a response with an error"


def cases(_: Subject) -> tuple[Case, ...]:
    """A response of each kind."""
    return Case(_GRANTED), Case(_REFUSED)


def script(subject: Subject) -> Script:
    """Have a code issued; or after one, ask for a response type that there is not."""
    client = find_client(subject)
    _, scopes = find_scoped(subject)
    changes = {}
    if subject.row.name == _REFUSED:
        yield from obtain_code(subject, client, *scopes)
        changes = {"response_type": UNKNOWN_TYPE}
    request = write_authorization(subject, client, *scopes, **changes)
    yield from steps.authorize(request, Role.TABLE)


def find_response(subject: Subject, transcript: Transcript) -> Exchange | Inconclusive | None:
    """The response of the row; why there is none."""
    wanted = "code" if subject.row.name == _GRANTED else "error"
    for exchange in transcript.exercised:
        if wanted in read_redirect(exchange):
            return exchange
        return Inconclusive(f"the browser was not sent back with {wanted} ({describe(exchange)})")
    return None
