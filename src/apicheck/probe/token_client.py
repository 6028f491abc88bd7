"""An OAuth client: posts forms to the token and revocation endpoints of the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from apicheck.model.exchange import Credential, Exchange, Request, Role
from apicheck.model.operation import Spec
from apicheck.model.target import Minter
from apicheck.probe.recorder import Recorder
from apicheck.probe.transport import Transport

Keep = Callable[[Exchange], None]
"""Takes the exchanges that minting costs, for the transcript of the script that asked."""

_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
_REFUSED = (400, 401)


class TokenClient:
    """Sends what the operator allowed by naming a minter: no mode forbids it.

    elsewhere: connects to an authorization server at another origin.
    """

    def __init__(
        self,
        spec: Spec,
        base_url: str,
        recorder: Recorder,
        elsewhere: Callable[[str], Transport],
    ) -> None:
        self._spec = spec
        self._base_url = base_url.rstrip("/")
        self._recorder = recorder
        self._elsewhere = elsewhere
        self._in_body: set[str] = set()

    def post(self, minter: Minter, url: str, parameters: Mapping[str, str], keep: Keep) -> Exchange:
        """Post a form with the client's credentials.

        They are Basic credentials, which every server must accept (RFC 6749 section 2.3.1). Where
        one refuses them, they go into the body, then and afterwards.
        """
        path, transport = self._resolve_url(url)
        pair = f"{minter.client_id}:{minter.client_secret}"
        basic = Credential("client", "header", "Authorization", f"Basic {pair}")
        request = Request("POST", path, headers=_FORM, operation=self._find_operation_at(path))
        in_body = {
            **parameters,
            "client_id": minter.client_id,
            "client_secret": minter.client_secret,
        }
        # at another origin an operation of the same path is another one
        if transport is not None:
            request = replace(request, operation="")
        by_basic = replace(request, body=_encode_form(parameters)).with_credentials("", basic)
        by_body = replace(request, body=_encode_form(in_body))
        if minter.name in self._in_body:
            return self._send(by_body, transport, keep)
        first = self._send(by_basic, transport, keep)
        if first.status not in _REFUSED:
            return first
        second = self._send(by_body, transport, keep)
        if second.succeeded:
            self._in_body.add(minter.name)
            return second
        return first

    def _resolve_url(self, url: str) -> tuple[str, Transport | None]:
        """The path of a URL, and the transport to it when it is not below the base URL."""
        if url.startswith(f"{self._base_url}/"):
            return url.removeprefix(self._base_url), None
        if url.startswith("/"):
            return url, None
        parts = urlsplit(url)
        return parts.path or "/", self._elsewhere(f"{parts.scheme}://{parts.netloc}")

    def _send(self, request: Request, transport: Transport | None, keep: Keep) -> Exchange:
        exchange = self._recorder.send(request, Role.SETUP, exempt=True, transport=transport)
        keep(exchange)
        return exchange

    def _find_operation_at(self, path: str) -> str:
        for operation in self._spec.operations:
            if operation.method == "POST" and operation.path == path:
                return operation.id
        return ""


def _encode_form(parameters: Mapping[str, str]) -> bytes:
    return urlencode(parameters, safe="$").encode()
