"""Performs what a script asks for beyond requests to the API: identities, clock, effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import Json
from apicheck.probe.control import Control
from apicheck.probe.effects import EffectsReader
from apicheck.probe.listener import Reaction, WebhookListener
from apicheck.probe.minting import Minting
from apicheck.probe.recorder import Recorder
from apicheck.probe.redactor import Redactor
from apicheck.probe.token_client import Keep


class ControlActions:
    """Performs the actions of `Ask` steps. Results hold placeholders, never secrets.

    capabilities: what this target's control protocol offers.
    """

    def __init__(
        self,
        capabilities: frozenset[str],
        minting: Minting,
        listener: WebhookListener | None,
        control: Control | None,
        recorder: Recorder,
        secrets: Redactor,
        *,
        effects: EffectsReader | None = None,
    ) -> None:
        self._capabilities = capabilities
        self._minting = minting
        self._listener = listener
        self._control = control
        self._recorder = recorder
        self._secrets = secrets
        self._effects = effects

    def perform(self, what: str, arguments: Mapping[str, Json], keep: Keep) -> Json:
        """The result of an `Ask`; None when it is not possible. keep: takes its exchanges."""
        if what == "mint":
            return self._minting.mint(arguments, keep)
        if what == "revoke":
            return self._minting.revoke(str(arguments.get("identity", "")), keep)
        if what == "change" and "change" in self._capabilities:
            account = {key: arguments[key] for key in ("state", "roles") if key in arguments}
            return self._minting.change(str(arguments.get("identity", "")), account)
        if what == "listener":
            return None if self._listener is None else self._listener.open_inbox(_react(arguments))
        if what == "processed":
            return self._count_processed(arguments)
        control = self._control
        if control is None or what not in self._capabilities:
            return None
        actions: Mapping[str, Callable[[], Json]] = {
            "subscribe_by_hand": lambda: self._subscribe(control, arguments),
            "clock": lambda: {"now": control.read_clock()},
            "effects": lambda: self._count_effects(control, str(arguments.get("identity", ""))),
            "deliveries": control.list_deliveries,
            "fail_next": lambda: control.fail_next(
                str(arguments["operation"]), int(arguments["status"])
            ),
        }
        return actions[what]() if what in actions else None

    def _count_processed(self, arguments: Mapping[str, Json]) -> Json:
        if self._effects is None:
            return None
        return {"count": self._effects.count(str(arguments["id"]), int(arguments["at_least"]))}

    def _count_effects(self, control: Control, identity: str) -> Json:
        """Of all requests, or of an identity that control made; None for another identity."""
        control_id = self._minting.find_control_id(identity) if identity else ""
        return control.count_effects(control_id) if control_id or not identity else None

    def _subscribe(self, control: Control, arguments: Mapping[str, Json]) -> Json:
        listener = control.listen(str(arguments["url"]), arguments.get("events"))
        if not isinstance(listener, dict):
            return None
        secret = listener.get("secret")
        if not isinstance(secret, str):
            return {"id": listener.get("id"), "secret": None}
        placeholder = self._secrets.issue(secret)
        self._recorder.webhook_secrets.add(placeholder)
        return {"id": listener.get("id"), "secret": placeholder}


def _react(arguments: Mapping[str, Json]) -> Reaction:
    return Reaction(
        int(arguments.get("respond", 200)),
        str(arguments.get("location", "")),
        bool(arguments.get("hold")),
        float(arguments.get("pause", 0.0)),
        bool(arguments.get("closed")),
    )
