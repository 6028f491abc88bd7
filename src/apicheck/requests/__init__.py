"""Make requests that the target accepts, and replace their parts."""
