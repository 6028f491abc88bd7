"""Deliveries of webhooks, where the policy is one of a receiver; see `requests.deliveries`."""

from apicheck.requests.deliveries import (
    build_delivery,
    deliver,
    describe_near_misses,
    describe_rotations,
    receives,
)
from apicheck.signatures.edits import describe_edit

__all__ = [
    "build_delivery",
    "deliver",
    "describe_edit",
    "describe_near_misses",
    "describe_rotations",
    "receives",
]
