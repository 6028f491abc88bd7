"""What operations do with the objects of the server."""
