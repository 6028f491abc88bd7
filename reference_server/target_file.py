"""An apicheck.toml that fits a running server. Its secrets come from a command, not from it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reference_server.call import PLAIN, TLS
from reference_server.oauth.endpoints import find_authorization_path
from reference_server.state.identities import Identity
from reference_server.state.server_state import ServerState


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a server listens. entries: TLS, PLAIN and each region -> URL; {} without TLS."""

    base: str
    control: str
    entries: Mapping[str, str] = field(default_factory=dict)


def format_target(server: ServerState, addresses: Addresses, ca_file: str = "") -> str:
    """The target file of a server that listens at these URLs.

    ca_file: the certificate of the authority that a client trusts.
    """
    base_url, control_url = addresses.base, addresses.control
    directory = server.profile.directory.resolve()
    command = [sys.executable, "-m", "reference_server.credentials", control_url]
    lines = [
        f"name = {_quote('reference server')}",
        f"policy = {_quote(str(directory / 'policy.yaml'))}",
        f"spec = {_quote(str(directory / 'openapi.yaml'))}",
        f"base_url = {_quote(base_url)}",
        *_format_headers(server),
        "",
        "[credentials]",
        f"command = {json.dumps(command)}",
    ]
    if server.receiver_secret:
        lines += _format_receiver(addresses)
    else:
        lines += [line for one in server.first_identities for line in _format_identity(one)]
    oauth = server.profile.facts.oauth
    token_path = server.profile.spec.operation(oauth.token).path if oauth and oauth.token else ""
    authorizes = bool(find_authorization_path(server.profile))
    for client in server.clients:
        lines += [
            "",
            f"[mint.{client.name}]",
            f"token_url = {_quote(token_path)}",
            f'client_id = {{credentials = "/clients/{client.name}/id"}}',
            f'client_secret = {{credentials = "/clients/{client.name}/secret"}}',
            f"tenant = {_quote(client.tenant)}",
            *([] if client.scopes is None else [f"scopes = {json.dumps(client.scopes)}"]),
            *([f"redirect_uri = {_quote(client.redirect_uri)}"] if authorizes else []),
            *_format_parameters(server.tenant_parameters(client.tenant)),
        ]
    for client in server.public_clients:
        lines += [
            "",
            f"[public_clients.{client.name}]",
            f"token_url = {_quote(token_path)}",
            f"client_id = {_quote(client.id)}",
            f"tenant = {_quote(client.tenant)}",
            f"redirect_uri = {_quote(client.redirect_uri)}",
        ]
    if authorizes:
        lines += _format_consent(server)
    for name, limit in server.profile.lowered.items():
        lines += ["", f"[limits.{_quote(name)}]", f"limit = {limit}"]
    lines += ["", "[control]", f"url = {_quote(control_url)}"]
    if server.profile.webhooks is not None:
        lines += ["", "[webhooks]", 'listen = "127.0.0.1:0"']
    if ca_file:
        lines += ["", "[tls]", f"ca_file = {_quote(ca_file)}", *_format_transport(addresses)]
    return "\n".join([*lines, ""])


def _format_receiver(addresses: Addresses) -> list[str]:
    """A receiver has no identities, but a secret; the control plane shows its effects."""
    return [
        "",
        "[receiver]",
        'secret = {credentials = "/receiver"}',
        'other_secret = {credentials = "/other_receiver"}',
        "load = true",
        "",
        "[effects]",
        f"url = {_quote(f'{addresses.control}/processed')}",
    ]


def _format_identity(identity: Identity) -> list[str]:
    lines = ["", f"[identities.{identity.name}]"]
    lines.append(f'token = {{credentials = "/tokens/{identity.name}"}}')
    if identity.scheme:
        lines.append(f"scheme = {_quote(identity.scheme)}")
    lines += [
        f"{key} = {_quote(value)}"
        for key in ("tenant", "user", "app", "account", "plan")
        if (value := getattr(identity, key))
    ]
    state = "expired" if identity.expires is not None else identity.state
    if state != "active":
        lines.append(f"state = {_quote(state)}")
    lines += _format_parameters(identity.parameters)
    for scheme in identity.credentials:
        pointer = f"/credentials/{identity.name}/{scheme}"
        lines += ["", f"[identities.{identity.name}.credentials.{_quote(scheme)}]"]
        lines.append(f'token = {{credentials = "{pointer}"}}')
    return lines


def _format_transport(addresses: Addresses) -> list[str]:
    """Where the API is by TLS and by plain HTTP, and the hosts of its regions."""
    regions = dict(addresses.entries)
    https, plain = regions.pop(TLS), regions.pop(PLAIN)
    lines = ["", "[transport]", f"https_url = {_quote(https)}", f"plain_url = {_quote(plain)}"]
    if regions:
        lines += ["", "[transport.regions]"]
        named = {entry.removeprefix("region "): url for entry, url in regions.items()}
        lines += [f"{_quote(name)} = {_quote(url)}" for name, url in named.items()]
    return lines


def _format_consent(server: ServerState) -> list[str]:
    """The first identity approves, with its session where it has one besides its tokens."""
    person = server.first_identities[0]
    schemes = server.profile.spec.schemes
    http = [name for name in person.credentials if schemes[name].kind == "http"]
    session = [name for name in http if schemes[name].bearer]
    lines = ["", "[consent]", f"as = {_quote(person.name)}"]
    return [*lines, *(f"scheme = {_quote(name)}" for name in session[:1])]


def _format_headers(server: ServerState) -> list[str]:
    """HSTS is promised over HTTPS: the field says that a proxy has ended it."""
    promised = server.profile.facts.transport.hsts is not None
    return ['headers = {X-Forwarded-Proto = "https"}'] if promised else []


def write_target(path: Path, server: ServerState, addresses: Addresses) -> None:
    """Write the target file of a server, and beside it the certificate of its authority."""
    ca_file = ""
    if server.tls is not None:
        ca_file = f"{path.stem}-ca.pem"
        path.with_name(ca_file).write_bytes(server.tls.authority.pem)
    path.write_text(format_target(server, addresses, ca_file), encoding="utf-8")


def _format_parameters(parameters: Mapping[str, str]) -> list[str]:
    """The line of the path parameters that belong to an identity, or to a client's tokens."""
    pairs = ", ".join(f"{name} = {_quote(value)}" for name, value in parameters.items())
    return [f"parameters = {{{pairs}}}"] if pairs else []


def _quote(value: str) -> str:
    return json.dumps(value)
