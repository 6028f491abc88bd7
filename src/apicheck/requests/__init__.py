"""From an operation to a request that the target accepts, and its parts to alter."""
