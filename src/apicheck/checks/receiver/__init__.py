"""Checks of a receiver of webhooks: what it accepts, and what it must not."""
