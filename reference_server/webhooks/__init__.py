"""A delivery on its way: its signature, its connection."""
