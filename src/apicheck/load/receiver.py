"""Reads what a target file says of a receiver of webhooks: its secret, and where effects show."""

from __future__ import annotations

from pathlib import Path

from apicheck.load.reading import Node
from apicheck.load.secrets import SecretReader, placeholder
from apicheck.model.policy import Policy
from apicheck.model.target import Effects

_WHOSE = "the receiver"


def read_receiver_secret(settings: Node, policy: Policy, secrets: SecretReader) -> str:
    """The placeholder of the secret of `[receiver]`; "" where the policy is of a provider.

    Adds a mistake for a receiver without a secret: nothing could be signed.
    """
    if policy.actor != "receiver":
        return ""
    own: Node = settings.get("receiver", {})
    secret = secrets.read_secret(own, ("secret_env", "secret"), "/receiver", _WHOSE)
    if secret is None:
        hint = 'secret_env = "WEBHOOK_SECRET"'
        secrets.mistakes.add("/receiver", f"{_WHOSE} has no secret to sign with", hint)
    return secrets.keep(placeholder("receiver", "SECRET"), secret or "")


def read_foreign_secret(settings: Node, policy: Policy, secrets: SecretReader) -> str:
    """The placeholder of the secret of another tenant of the receiver; "" where none is given.

    Adds a mistake where it is the secret of the receiver itself: what it signs is valid.
    """
    own: Node = settings.get("receiver", {})
    if policy.actor != "receiver" or not own.keys() & {"other_secret_env", "other_secret"}:
        return ""
    keys = ("other_secret_env", "other_secret")
    secret = secrets.read_secret(own, keys, "/receiver", "another tenant of the receiver") or ""
    if secret and secret == secrets.found.get(placeholder("receiver", "SECRET")):
        words = "the secret of another tenant is the same as that of the receiver"
        secrets.mistakes.add("/receiver", words, "name the secret of another tenant, or none")
    return secrets.keep(placeholder("receiver", "OTHER_SECRET"), secret)


def read_effects(settings: Node, folder: Path) -> Effects | None:
    """Where the ids of processed deliveries stand; files are relative to the target file."""
    given = settings.get("effects")
    if given is None:
        return None
    command = list(given.get("command", ()))
    if command and command[0].startswith("."):
        command[0] = str((folder / command[0]).resolve())
    file = given.get("file", "")
    return Effects(
        url=given.get("url", ""),
        file=str((folder / file).resolve()) if file else "",
        command=tuple(command),
    )
