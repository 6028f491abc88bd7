"""Faults of connections: plain HTTP, TLS, certificates, the hosts of regions."""
