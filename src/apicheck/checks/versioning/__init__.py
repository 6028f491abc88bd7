"""Whether the end of an operation is announced as promised."""
