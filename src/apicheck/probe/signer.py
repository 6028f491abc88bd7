"""Signs deliveries to a receiver: the only place with both the delivery and the secret."""

from __future__ import annotations

import itertools
from dataclasses import replace
from urllib.parse import parse_qsl

from apicheck.model.exchange import Request
from apicheck.model.facts import Signature, Webhooks
from apicheck.model.plan import Plan
from apicheck.model.step import Sign
from apicheck.model.verdict import HarnessError
from apicheck.probe.clock import TargetClock
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.execution import ProbeExecution
from apicheck.probe.redactor import Redactor
from apicheck.probe.serialize import with_unique
from apicheck.probe.wire import Origin
from apicheck.signatures import SCHEMES, Delivery, Signing
from apicheck.signatures.edits import apply_edit
from apicheck.signatures.near_misses import list_near_misses, list_rotations


class Signer:
    """Signs requests as deliveries to the receiver of a plan.

    A signature is no secret, so that the signed request is recorded as it is. mark: of the run,
    in the ids of its deliveries.
    """

    def __init__(
        self, plan: Plan, secrets: Redactor, clock: TargetClock, origin: Origin, mark: str
    ) -> None:
        self._plan = plan
        self._secrets = secrets
        self._clock = clock
        self._origin = origin
        self._mark = mark
        self._numbers = itertools.count(1)

    def sign(self, step: Sign, execution: ProbeExecution) -> Request | None:
        """The signed request; None where the scheme has no such near miss.

        Raises ProbeStopped where the secret is none of the scheme.
        """
        made = execution.delivery_ids.get(step.id) if step.id else None
        delivery_id = made or f"{self._mark}{next(self._numbers):04x}"
        if step.id:
            execution.delivery_ids[step.id] = delivery_id
        request = with_unique(step.request, delivery_id)
        target = self._plan.target
        secret = target.foreign_secret if step.foreign else target.receiver_secret
        signing = Signing(
            self._signature,
            self._secrets.live.get(secret, ""),
            self._clock.epoch() - step.age_s,
            {"id": f"msg_{delivery_id}"},
        )
        unsigned = self._make_delivery(request)
        try:
            signed = _sign(signing, unsigned, step)
            if step.guarded:
                self._guard(signing, unsigned)
        except ValueError as error:
            raise ProbeStopped(
                HarnessError(
                    f"the secret cannot sign deliveries of {signing.facts.scheme}: {error}",
                    "give the secret as the provider hands it out",
                )
            ) from None
        return None if signed is None else self._make_request(request, signed)

    @property
    def _signature(self) -> Signature:
        webhooks = self._plan.policy.facts.webhooks
        assert isinstance(webhooks, Webhooks)  # a check signs for a receiver alone
        assert isinstance(webhooks.signature, Signature)
        return webhooks.signature

    def _make_delivery(self, request: Request) -> Delivery:
        return Delivery(
            request.method,
            self._origin.path + request.wire_target,
            (("Host", self._origin.authority), *request.wire_headers),
            request.body or b"",
            self._origin.scheme,
        )

    def _make_request(self, request: Request, signed: Delivery) -> Request:
        path, _, query = signed.target.removeprefix(self._origin.path).partition("?")
        return replace(
            request,
            method=signed.method,
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers=tuple(pair for pair in signed.headers if pair[0] != "Host"),
            body=signed.body,
        )

    def _guard(self, signing: Signing, unsigned: Delivery) -> None:
        scheme = SCHEMES[signing.facts.scheme]
        for _, mac in scheme.read(signing, scheme.sign(signing, unsigned)).macs:
            self._secrets.issue(mac, "SIGNATURE")


def _sign(signing: Signing, unsigned: Delivery, step: Sign) -> Delivery | None:
    scheme = SCHEMES[signing.facts.scheme]
    if step.edit is not None:
        return apply_edit(scheme, signing, scheme.sign(signing, unsigned), step.edit)
    if not step.near_miss:
        return scheme.sign(signing, unsigned)
    every = (*list_near_misses(signing, unsigned), *list_rotations(signing, unsigned))
    return next((one.delivery for one in every if one.name == step.near_miss), None)
