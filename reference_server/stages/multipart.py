"""Bodies of several parts (multipart/form-data, RFC 7578), by the standard library's parser."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP


def parse_parts(body: bytes, content_type: str) -> dict[str, str]:
    """Name of each part -> its content, files included, a character for a byte beyond UTF-8.

    Raises ValueError for what is not made of named parts, each name once.
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart() or message.defects:
        raise ValueError("the body is not made of parts")
    found: dict[str, str] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str) or part.get_content_disposition() != "form-data":
            raise ValueError("a part has no name")
        if name in found:
            raise ValueError(f"{name} comes twice")
        found[name] = _decode_content(part)
    return found


def _decode_content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise ValueError("a part is made of parts")  # noqa: TRY004  (of what was sent)
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return payload.decode("latin-1")
