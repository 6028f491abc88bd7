"""What an OpenAPI document says of bodies, responses and header fields."""

from apicheck.model.operation import HeaderDoc, Media, ResponseDoc

__all__ = ["HeaderDoc", "Media", "ResponseDoc"]
