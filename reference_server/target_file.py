"""An apicheck.toml that fits a running server. Its secrets come from a command, not from it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from reference_server.state.server_state import Server


def target_text(server: Server, base_url: str, control_url: str) -> str:
    """The target file of a server that listens at these URLs."""
    directory = server.profile.directory.resolve()
    command = [sys.executable, "-m", "reference_server.credentials", control_url]
    lines = [
        f"name = {_text('reference server')}",
        f"policy = {_text(str(directory / 'policy.yaml'))}",
        f"spec = {_text(str(directory / 'openapi.yaml'))}",
        f"base_url = {_text(base_url)}",
        *_headers(server),
        "",
        "[credentials]",
        f"command = {json.dumps(command)}",
    ]
    for identity in server.first_identities:
        lines += ["", f"[identities.{identity.name}]"]
        lines.append(f'token = {{credentials = "/tokens/{identity.name}"}}')
        if identity.scheme:
            lines.append(f"scheme = {_text(identity.scheme)}")
        for key in ("tenant", "user", "app", "account", "plan"):
            if value := getattr(identity, key):
                lines.append(f"{key} = {_text(value)}")
        state = "expired" if identity.expires is not None else identity.state
        if state != "active":
            lines.append(f"state = {_text(state)}")
        lines += _parameters(identity.parameters)
        for scheme in identity.credentials:
            pointer = f"/credentials/{identity.name}/{scheme}"
            lines += ["", f"[identities.{identity.name}.credentials.{_text(scheme)}]"]
            lines.append(f'token = {{credentials = "{pointer}"}}')
    oauth = server.profile.facts.oauth
    token_path = server.profile.spec.operation(oauth.token).path if oauth and oauth.token else ""
    for client in server.clients:
        lines += [
            "",
            f"[mint.{client.tenant}]",
            f"token_url = {_text(token_path)}",
            f'client_id = {{credentials = "/clients/{client.tenant}/id"}}',
            f'client_secret = {{credentials = "/clients/{client.tenant}/secret"}}',
            f"tenant = {_text(client.tenant)}",
            *_parameters(server.tenant_parameters(client.tenant)),
        ]
    lines += ["", "[control]", f"url = {_text(control_url)}"]
    if server.profile.webhooks is not None:
        lines += ["", "[webhooks]", 'listen = "127.0.0.1:0"']
    return "\n".join([*lines, ""])


def _headers(server: Server) -> list[str]:
    """HSTS is promised of answers over HTTPS: the server is told that there was some before it."""
    promised = server.profile.facts.transport.hsts is not None
    return ['headers = {X-Forwarded-Proto = "https"}'] if promised else []


def write_target(path: Path, server: Server, base_url: str, control_url: str) -> None:
    """Write the target file of a server."""
    path.write_text(target_text(server, base_url, control_url), encoding="utf-8")


def _parameters(parameters: Mapping[str, str]) -> list[str]:
    """The line of the path parameters that belong to an identity, or to a client's tokens."""
    pairs = ", ".join(f"{name} = {_text(value)}" for name, value in parameters.items())
    return [f"parameters = {{{pairs}}}"] if pairs else []


def _text(value: str) -> str:
    return json.dumps(value)
