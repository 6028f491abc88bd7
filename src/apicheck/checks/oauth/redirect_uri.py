"""The authorization endpoint sends no browser to a URL that the client has not registered."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from apicheck.authoring import (
    Case,
    Check,
    Confirm,
    Failure,
    Judgement,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    steps,
)
from apicheck.checks.oauth._codes import (
    find_client,
    find_location,
    grants_code,
    needs_codes,
    obtain_code,
    write_authorization,
)
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._scopes import find_scoped

_HOST, _LONGER, _USER = "another host", "a longer host", "the host as a user name"
_PATH, _QUERY = "a longer path", "a further parameter"


def cases(subject: Subject) -> tuple[Case, ...]:
    """Hosts, paths and parameters that a sloppy comparison takes for the registered ones."""
    web = urlsplit(find_client(subject).redirect_uri).scheme in ("http", "https")
    return tuple(map(Case, (*((_HOST, _LONGER, _USER) if web else ()), _PATH, _QUERY)))


def _alter(uri: str, name: str) -> str:
    parts = urlsplit(uri)
    if name == _QUERY:
        return f"{uri}{'&' if parts.query else '?'}apicheck=1"
    if name == _PATH:
        return parts._replace(path=f"{parts.path.rstrip('/')}/apicheck").geturl()
    hosts = {
        _HOST: "apicheck.invalid",
        _LONGER: f"{parts.hostname}.apicheck.invalid",
        _USER: f"{parts.hostname}@apicheck.invalid",
    }
    return parts._replace(netloc=hosts[name]).geturl()


def script(subject: Subject) -> Script:
    """Have a code issued, then ask for one to be sent to another URL."""
    client = find_client(subject)
    _, scopes = find_scoped(subject)
    yield from obtain_code(subject, client, *scopes)
    altered = _alter(client.redirect_uri, subject.row.name)
    request = write_authorization(subject, client, *scopes, redirect_uri=altered)
    yield from steps.authorize(request, Role.TABLE)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the browser is sent to the altered URL, worse with a code."""
    name, client = subject.row.name, find_client(subject)
    altered = _alter(client.redirect_uri, name)
    for exchange in transcript.exercised:
        if not _leads_to(find_location(exchange), altered):
            continue
        expected = f"no redirect to {altered}: {client.redirect_uri} is registered"
        if grants_code(exchange):
            return Failure("code-sent", expected, "a redirect with a code", name, exchange.id)
        return Failure("redirected", expected, "a redirect with an error", name, exchange.id)
    return None


def _leads_to(location: str, uri: str) -> bool:
    """Whether a URL is another one with the parameters of a response added."""
    try:
        came, wanted = urlsplit(location), urlsplit(uri)
    except ValueError:
        return False
    same = (came.scheme, came.netloc, came.path) == (wanted.scheme, wanted.netloc, wanted.path)
    return same and set(parse_qsl(wanted.query)) <= set(parse_qsl(came.query))


CHECK = Check(
    title="No browser is sent to a redirect URI that is not registered",
    failure_title="A browser is sent to a redirect URI that is not registered",
    applies=applies_to(token_operation, requests=2, unless=needs_codes),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc6749#4.1.2.1", "rfc9700#2.1"),
    outcomes=(
        Outcome("code-sent", Severity.CRITICAL, Confirm.ONCE),
        Outcome("redirected", Severity.MEDIUM),
    ),
    proven_by={
        "code-sent": ("oauth/compares-redirect-uri-by-prefix",),
        "redirected": ("oauth/reports-errors-to-any-redirect-uri",),
    },
)
