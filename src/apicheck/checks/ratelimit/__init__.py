"""Whether rate limits are enforced and reported as promised."""
