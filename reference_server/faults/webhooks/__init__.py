"""Deliveries that are not signed as promised."""
