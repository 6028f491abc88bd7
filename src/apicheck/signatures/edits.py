"""Edits of a signature, written down before anybody knows the signature: JSON, to be drawn.

`{"at": 7, "further": 3}`: the character at this place is another one, so much further on in the
alphabet. `{"letter": 2}`: this letter has the other case. `{"at": 7, "cut": 3}`: so many characters
are left out. `{"whole": "abc"}`: this stands in its place. Places are counted from 0, and beyond
the end again from the beginning. No edit leaves a signature that lenient decoders read as the same.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import replace

from apicheck.model.json import Json
from apicheck.signatures.delivery import VALID, Delivery, Scheme, Signing

HEX = string.hexdigits[:16]
BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_URL_SAFE = str.maketrans("-_", "+/")


def is_hex(mac: str) -> bool:
    """Whether a signature is written in hexadecimal digits, of which the case means nothing."""
    return set(mac.lower()) <= set(HEX)


def apply_edit(
    scheme: Scheme, signing: Signing, signed: Delivery, edit: Mapping[str, Json]
) -> Delivery | None:
    """The delivery with its first signature edited; None where it is no forgery then.

    signed: with a valid signature. edit: one of another form changes nothing.
    """
    parts = scheme.read(signing, signed)
    (version, mac), *rest = parts.macs
    changed = edit_mac(mac, edit)
    if _read_loosely(changed) == _read_loosely(mac):
        return None
    forged = scheme.write(signing, signed, replace(parts, macs=((version, changed), *rest)))
    return None if scheme.verify(signing, forged) == VALID else forged


def describe_edit(edit: Mapping[str, Json]) -> str:
    """What an edit does to a signature, in words that follow "the signature:"."""
    match edit:
        case {"at": int(at), "further": int(_)}:
            return f"its character {at + 1} is another one"
        case {"at": int(at), "cut": int(count)}:
            return f"{count} characters from character {at + 1} on are left out"
        case {"letter": int(number)}:
            return f"its letter {number + 1} has the other case"
        case {"whole": text}:
            return f'it is "{text}"'
        case _:
            return "it is the valid one"


def edit_mac(mac: str, edit: Mapping[str, Json]) -> str:
    """The signature after an edit; the same one where the edit has another form."""
    length = len(mac.rstrip("="))
    match edit:
        case {"at": int(at), "further": int(further)}:
            at %= length - 1  # decoders ignore bits of the last character
            alphabet = HEX if is_hex(mac) else BASE64
            known = mac[at].lower() if is_hex(mac) else mac[at]
            other = alphabet[(alphabet.find(known) + further) % len(alphabet)]
            return mac[:at] + other + mac[at + 1 :]
        case {"at": int(at), "cut": int(count)}:
            at %= max(length - count, 1)
            return mac[:at] + mac[at + count :]
        case {"letter": int(number)}:
            places = [at for at, one in enumerate(mac[: length - 1]) if one.isalpha()]
            if not places:
                return mac
            at = places[number % len(places)]
            return mac[:at] + mac[at].swapcase() + mac[at + 1 :]
        case {"whole": str(text)}:
            return text
    return mac


def _read_loosely(mac: str) -> str:
    """The signature as decoders read it that are lenient about its spelling."""
    if is_hex(mac):
        return mac.lower()
    before, _, _ = mac.translate(_URL_SAFE).partition("=")
    return "".join(one for one in before if one in BASE64)
