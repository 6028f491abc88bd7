"""Documents that say otherwise what the policy says of them; the server behaves as before."""
