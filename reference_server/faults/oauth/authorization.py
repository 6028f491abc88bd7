"""Authorization requests that are accepted, and responses, otherwise than OAuth says."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_plus

from reference_server.call import Call, Reply
from reference_server.faults.fault import alters, fault
from reference_server.faults.oauth.codes import issues_codes
from reference_server.oauth.authorization import (
    Denial,
    accepts_redirect,
    choose_method,
    find_response_error,
    refuse_redirect,
    send_back,
    write_authorization_response,
)
from reference_server.oauth.clients import refuse_oauth
from reference_server.responses.errors import make_error
from reference_server.state.identities import Client

ChooseMethod = Callable[[Call, str | None, str | None], str | Denial]
FindResponseError = Callable[[str | None], Denial | None]
_TOKEN, _PKCE = ("oauth.token",), ("oauth.pkce",)


@fault(choose_method, needs=_PKCE, shows_in=issues_codes)
def accepts_plain_challenges(
    honest: ChooseMethod, call: Call, challenge: str | None, method: str | None
) -> str | Denial:
    """A code challenge may be the verifier itself."""
    plain = challenge is not None and method in (None, "plain")
    return "plain" if plain else honest(call, challenge, method)


@fault(choose_method, needs=_PKCE, shows_in=issues_codes)
def requires_no_challenge(
    honest: ChooseMethod, call: Call, challenge: str | None, method: str | None
) -> str | Denial:
    """An authorization request without a code challenge gets a code."""
    return "" if challenge is None else honest(call, challenge, method)


@fault(accepts_redirect, needs=_TOKEN, shows_in=issues_codes)
def compares_redirect_uri_by_prefix(
    honest: Callable[[Client, str], bool], client: Client, uri: str
) -> bool:
    """A redirect URI need only begin like the registered one."""
    return uri.startswith(client.redirect_uri)


@fault(refuse_redirect, needs=_TOKEN, shows_in=issues_codes)
def reports_errors_to_any_redirect_uri(
    honest: Callable[[Call, str], Reply], call: Call, redirect: str
) -> Reply:
    """The browser is sent with an error to whatever redirect URI a request names."""
    return send_back(call, redirect, {"error": "invalid_request"})


@alters(write_authorization_response, needs=_TOKEN, shows_in=issues_codes)
def drops_state(made: dict[str, str], call: Call, members: dict[str, str]) -> dict[str, str]:
    """An authorization response has no state."""
    return {name: value for name, value in made.items() if name != "state"}


@alters(write_authorization_response, needs=_TOKEN, shows_in=issues_codes)
def decodes_state_twice(
    made: dict[str, str], call: Call, members: dict[str, str]
) -> dict[str, str]:
    """The state of an authorization response was percent-decoded once too often."""
    return {**made, "state": unquote_plus(made["state"])} if "state" in made else made


@alters(write_authorization_response, needs=("oauth.iss_parameter",), shows_in=issues_codes)
def omits_issuer(made: dict[str, str], call: Call, members: dict[str, str]) -> dict[str, str]:
    """An authorization response does not name the issuer."""
    return {name: value for name, value in made.items() if name != "iss"}


@alters(write_authorization_response, needs=("oauth.iss_parameter",), shows_in=issues_codes)
def names_another_issuer(
    made: dict[str, str], call: Call, members: dict[str, str]
) -> dict[str, str]:
    """An authorization response names the issuer with a slash at its end."""
    return {**made, "iss": f"{made['iss']}/"} if "iss" in made else made


@fault(find_response_error, needs=_TOKEN, shows_in=issues_codes)
def ignores_response_type(honest: FindResponseError, response_type: str | None) -> Denial | None:
    """Any response type is served as a code."""
    return None


@alters(find_response_error, needs=_TOKEN, shows_in=issues_codes)
def names_another_authorization_error(
    due: Denial | None, response_type: str | None
) -> Denial | None:
    """An unknown response type is reported as a failure of the server."""
    return Denial("server_error") if due else None


@fault(send_back, needs=_TOKEN, shows_in=issues_codes)
def keeps_authorization_errors_to_itself(
    honest: Callable[[Call, str, dict[str, str]], Reply],
    call: Call,
    redirect: str,
    members: dict[str, str],
) -> Reply:
    """The client is not told of an error; the person sees it."""
    if "error" not in members:
        return honest(call, redirect, members)
    return make_error(call, refuse_oauth(members["error"], "The request is not valid."))
