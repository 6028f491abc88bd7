"""Faults of a receiver of webhooks."""
