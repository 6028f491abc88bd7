"""Header fields that are missing, wrong, or should not be there."""
