"""A server that keeps the promises of any profile, and can break each of them on purpose.

It reads a profile's two files, policy and OpenAPI document, and imitates the API that they
describe. It shares with apicheck what is promised (`apicheck.model`, `apicheck.load`) and
nothing of how it is judged: which scope, limit or rule applies is decided here once more.
"""
