"""What an OpenAPI document says of bodies, responses, header fields and servers."""

from apicheck.load.servers import Server, read_servers
from apicheck.model.operation import HeaderDoc, Media, Operation, ResponseDoc, Spec

__all__ = ["HeaderDoc", "Media", "Operation", "ResponseDoc", "Server", "Spec", "read_servers"]
