"""Error bodies in another shape than promised."""
