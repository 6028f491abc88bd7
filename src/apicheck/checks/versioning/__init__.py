"""Whether the deprecation of an operation is announced as promised."""
