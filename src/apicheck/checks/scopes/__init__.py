"""The rights of a credential, and the owners of objects."""
