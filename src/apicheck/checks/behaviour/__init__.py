"""Checks of what operations do: the examples of a policy's clauses."""
