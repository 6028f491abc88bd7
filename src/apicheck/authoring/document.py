"""What an OpenAPI document says of bodies, responses and header fields."""

from apicheck.model.operation import HeaderDoc, Media, Operation, ResponseDoc, Spec

__all__ = ["HeaderDoc", "Media", "Operation", "ResponseDoc", "Spec"]
