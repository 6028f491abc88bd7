"""Reads the secrets of a target from the environment, or from one command that prints JSON."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apicheck.load.mistakes import Mistakes
from apicheck.load.reading import Node
from apicheck.model.json import MISSING, Json, at
from apicheck.model.quantities import parse_seconds

_TIMEOUT_S = 30.0
_STDERR_SHOWN = 500
_SENDABLE = re.compile(r"[!-~]([ -~]*[!-~])?")
"""The characters of a credential: visible ASCII, with spaces inside (RFC 9110, section 5.5)."""
_SECRET_FIELD = re.compile(
    r"auth|cookie|credential|key|pass|secret|session|signature|token", re.IGNORECASE
)


def is_secret_field(name: str) -> bool:
    """Whether the name of a header field says that its value is a secret."""
    return _SECRET_FIELD.search(name) is not None


def placeholder(name: str, what: str = "TOKEN") -> str:
    """The placeholder of a secret: `$APICHECK_ADMIN_TOKEN`."""
    return f"$APICHECK_{re.sub(r'[^A-Za-z0-9]', '_', name).upper()}_{what}"


@dataclass(slots=True)
class SecretReader:
    """Collects placeholders and their secrets. Messages name a secret and never show it."""

    environ: Mapping[str, str]
    printed: Json
    """The output of the credentials command; MISSING without one, None when it did not run."""
    mistakes: Mistakes
    found: dict[str, str] = field(default_factory=dict)

    def read_variable(self, pointer: str, variable: str, whose: str) -> str:
        """The value of an environment variable; "" with a mistake when it is not set."""
        value = self.environ.get(variable, "")
        if not value.strip():
            state = "is empty" if variable in self.environ else "is not set"
            message = f"the environment variable {variable} of {whose} {state}"
            self.mistakes.add(pointer, message, f"export {variable}=…")
        return value

    def read_printed(self, pointer: str, inside: str, whose: str) -> str:
        """A text from the output of the command; "" with a mistake when it has none."""
        if self.printed is None:
            return ""
        if self.printed is MISSING:
            message = f"{whose} takes a credential from a command, but [credentials] has none"
            self.mistakes.add(pointer, message, 'add [credentials] command = ["./print-them"]')
            return ""
        value = at(self.printed, inside)
        if not isinstance(value, str) or not value:
            message = f"the credentials command printed no text at {inside} for {whose}"
            self.mistakes.add(pointer, message)
            return ""
        return value

    def keep(self, name: str, secret: str) -> str:
        """Keeps a secret under its placeholder, and returns the placeholder."""
        if secret:
            self.found[name] = secret
        return name

    def read_secret(
        self, settings: Node, keys: tuple[str, str], pointer: str, whose: str
    ) -> str | None:
        """A secret from `<key>_env` or `<key> = {credentials = …}`; None without either."""
        variable, pointed = keys
        if variable in settings:
            return self.read_variable(f"{pointer}/{variable}", settings[variable], whose)
        if pointed in settings:
            inside = settings[pointed]["credentials"]
            return self.read_printed(f"{pointer}/{pointed}", inside, whose)
        return None

    def read_credential(
        self, name: str, settings: Node, pointer: str, whose: str, *, basic: bool = False
    ) -> str | None:
        """A token, or a user with a password, kept under its placeholder; None without either.

        basic: the token is for the Basic scheme; with a colon it is USER:PASSWORD, not yet base64.
        """
        token = self.read_secret(settings, ("token_env", "token"), pointer, whose)
        user = self.read_secret(settings, ("user_env", "user_from"), pointer, whose)
        password = self.read_secret(settings, ("password_env", "password_from"), pointer, whose)
        if token is None and user and password:
            self.keep(placeholder(name, "USER"), user)
            self.keep(placeholder(name, "PASSWORD"), password)
            token = join_basic(user, password)
        if token and basic and ":" in token:
            self.keep(placeholder(name, "PASSWORD"), token.partition(":")[2])
            token = join_basic(*token.split(":", 1))
        if token and token.strip() and not _SENDABLE.fullmatch(token):
            message = f"the credential of {whose} has characters that a header cannot carry"
            hint = "white space at an end, a line break, or letters beyond ASCII"
            self.mistakes.add(pointer, message, hint)
        self.keep(placeholder(name), token or "")
        return token

    def read_further(self, name: str, settings: Node, pointer: str, whose: str) -> str:
        """The placeholder of a further credential of an identity."""
        before = len(self.mistakes.found)
        token = self.read_credential(name, settings, pointer, whose)
        if token is None and len(self.mistakes.found) == before:
            hint = 'token_env = "…", or user_env and password_env'
            self.mistakes.add(pointer, f"a credential of {whose} names no secret", hint)
        return placeholder(name)


def join_basic(user: str, password: str) -> str:
    """The credentials of the Basic scheme (RFC 7617). Their base64 form is secret too."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def run_command(
    settings: Node, folder: Path, environ: Mapping[str, str], mistakes: Mistakes
) -> Json:
    """The JSON output of `[credentials] command`; MISSING without one, None when it failed.

    A mistake shows its standard error, and never its output.
    """
    if "command" not in settings:
        return MISSING
    command = list(settings["command"])
    if command[0].startswith("."):
        command[0] = str((folder / command[0]).resolve())
    pointer, timeout = "/credentials/command", _TIMEOUT_S
    if "timeout" in settings:
        timeout = parse_seconds(settings["timeout"])
    try:
        done = subprocess.run(  # noqa: S603  (the user's own command, without a shell)
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except OSError as problem:
        reason = problem.strerror or str(problem)
        mistakes.add(pointer, f"the credentials command {command[0]} cannot be run: {reason}")
        return None
    except subprocess.TimeoutExpired:
        mistakes.add(pointer, f"the credentials command did not end within {timeout:g} s")
        return None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()[-_STDERR_SHOWN:]
        message = f"the credentials command ended with {done.returncode}"
        mistakes.add(pointer, f"{message}: {said}" if said else message)
        return None
    try:
        printed = json.loads(done.stdout)
    except ValueError:
        printed = None
    if printed is None:
        mistakes.add(pointer, "the credentials command did not print JSON")
    return printed
