"""apicheck tests whether a published API policy is kept, clause by clause."""

__version__ = "0.1.0"
