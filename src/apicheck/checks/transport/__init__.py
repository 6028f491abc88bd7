"""Connections: plain HTTP, TLS, certificates, the hosts of regions."""
