"""What operations do: the examples of a policy's clauses."""
