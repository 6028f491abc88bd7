"""What changes while the server runs, and is as at the start after a reset."""
