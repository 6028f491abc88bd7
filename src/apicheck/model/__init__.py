"""The nouns of apicheck: frozen values without behaviour that touches the outside.

This package imports the standard library only, and nothing that reads the clock, the disk,
the network or the environment.
"""
