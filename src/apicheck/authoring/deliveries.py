"""Deliveries of webhooks, where the policy is one of a receiver; see `requests.deliveries`."""

from apicheck.requests.deliveries import (
    build_delivery,
    deliver,
    describe_near_misses,
    describe_rotations,
    receives,
)

__all__ = ["build_delivery", "deliver", "describe_near_misses", "describe_rotations", "receives"]
