"""How credentials are demanded, refused and challenged."""
