"""What a credential may do, and whose objects it may reach."""
