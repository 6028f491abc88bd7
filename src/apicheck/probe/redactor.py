"""Keeps the secrets of a run, and takes them out of everything that is recorded.

A secret is recognised as it is, in any case, reversed, URL-encoded, inside JSON or HTML whichever
of its characters are escaped, in hexadecimal, in base32, and in base64 at each of its three
alignments. So is any piece of 12 characters or more, unless it may be there by chance: zeros, or
digits inside a number. An ordinary word of a few letters is no secret: it stands everywhere.
"""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from apicheck.model.target import Secrets
from apicheck.probe import encodings
from apicheck.probe.windows import SIZE, Windows

PIECE = 12
"""How many characters of a secret, in a row, count as a piece of it."""

_SHORTEST = 4  # a shorter secret is no secret, and hiding it would hide everything
_WORD = re.compile(r"[A-Za-z][a-z]{,10}|[A-Z]{,11}")  # and so would hiding "json" or "token"
_NAMES = ("_USER", "_CLIENT_ID")  # half a credential: a short one is a word ("admin")
_VARIETY = 5  # a piece with fewer different characters shows nothing
_TRIES = 8
_OFFSET_BITS = 32  # a place is the number of a form and an offset in it
_OFFSET_MASK = (1 << _OFFSET_BITS) - 1
_LAYERS = 3  # encodings of encodings, such as percent-encoded percent signs
_BEFORE = 3  # a window that begins so far before what is secret is mostly secret


@dataclass(frozen=True, slots=True)
class Found:
    """A secret, or a piece of one, in some bytes. mark: what stands for it in the record."""

    start: int
    end: int
    placeholder: str
    mark: str
    whole: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to write a secret. public: how many of its first bytes are not secret."""

    placeholder: str
    kind: str
    exact: bytes
    folded: bytes
    public: int = 0


class Redactor:
    """Placeholders and their secrets; a run adds those that it mints and receives.

    last: the number of a placeholder after which new ones are counted.
    """

    def __init__(self, secrets: Secrets, last: int = 0) -> None:
        self._lock = threading.Lock()
        self._by_placeholder: dict[str, str] = {}
        self._retired: dict[str, str] = {}
        self._by_secret: dict[str, str] = {}
        self._forms: list[_Form] = []
        self._short: list[_Form] = []
        self._windows = Windows()
        self._last = last
        self._numbers: dict[str, int] = {}
        for placeholder, secret in secrets.values.items():
            self.put(placeholder, secret)

    @property
    def live(self) -> Mapping[str, str]:
        """Placeholder -> secret, as they are put into requests now."""
        return self._by_placeholder

    def all_secrets(self) -> Secrets:
        """Everything that was ever a secret in this run."""
        with self._lock:
            return Secrets({**self._retired, **self._by_placeholder})

    def put(self, placeholder: str, secret: str) -> None:
        """Let a placeholder stand for a secret from now on; its earlier secret stays hidden."""
        with self._lock:
            old = self._by_placeholder.get(placeholder)
            if old == secret:
                return
            if old is not None:
                self._retired[f"{placeholder}_{len(self._retired) + 1}"] = old
            self._by_placeholder[placeholder] = secret
            first = self._by_secret.setdefault(secret, placeholder)
            if first == placeholder or first.endswith(_NAMES):  # else its forms are known
                self._index(placeholder, secret)

    def issue(self, secret: str, kind: str = "ISSUED") -> str:
        """The placeholder for a secret that the target handed out; an equal secret has the same."""
        with self._lock:
            known = self._by_secret.get(secret)
            if known is not None:
                return known
            number = self._numbers[kind] = self._numbers.get(kind, self._last) + 1
        placeholder = f"$APICHECK_{kind}_{number}"
        self.put(placeholder, secret)
        return placeholder

    def redact(self, data: bytes) -> bytes:
        """The bytes with every secret, and every piece of one, replaced by its placeholder."""
        parts: list[bytes] = []
        kept = 0
        for found in self.find(data):
            parts += (data[kept : found.start], found.mark.encode())
            kept = found.end
        return b"".join((*parts, data[kept:])) if parts else data

    def redact_text(self, text: str) -> str:
        """As `redact`, for text."""
        return self.redact(text.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")

    def find(self, data: bytes) -> tuple[Found, ...]:
        """Every secret, and every piece of one, in order and without overlap."""
        founds = sorted(
            (*self._find_written(data), *self._find_encoded(data)),
            key=lambda found: (found.start, -found.end),
        )
        kept: list[Found] = []
        for found in founds:
            end = kept[-1].end if kept else 0
            if found.start >= end:
                kept.append(found)
            elif found.end > end:
                mark = f"{found.placeholder}[…]"
                kept.append(Found(end, found.end, found.placeholder, mark, whole=False))
        return tuple(kept)

    def _find_written(self, data: bytes) -> Iterator[Found]:
        folded = data.lower()
        yield from self._find_pieces(data, folded)
        yield from self._find_short(data, folded)

    def _find_encoded(self, data: bytes) -> Iterator[Found]:
        """What is found only where characters are written by their numbers, once or again."""
        layers: list[encodings.Decoded] = []
        while len(layers) < _LAYERS and (decoded := encodings.decode(data)) is not None:
            layers.append(decoded)
            for found in self._find_written(decoded.text):
                start, end = found.start, found.end
                for layer in reversed(layers):
                    start, end = layer.locate(start, end)
                if end - start > found.end - found.start:
                    mark = f"{found.placeholder}{'~encoded' if found.whole else '[…]'}"
                    yield Found(start, end, found.placeholder, mark, found.whole)
            if not decoded.again:
                break
            data = decoded.text

    def _index(self, placeholder: str, secret: str) -> None:
        for form in _list_forms(placeholder, secret):
            if len(form.folded) < PIECE:
                self._short.append(form)
                continue
            first = max(0, form.public - _BEFORE)
            self._windows.add(form.folded[first:], (len(self._forms) << _OFFSET_BITS) + first)
            self._forms.append(form)

    def _find_pieces(self, data: bytes, folded: bytes) -> Iterator[Found]:
        # Inside a piece a few more positions are tried: a beginning that many secrets share
        # ("whsec_") may lead to a lesser match than what follows it. Of what shows nothing, the
        # last positions are: what follows may make it telling.
        end, tries, dull_end = 0, 0, 0
        for position in self._windows.find(folded):
            inside = position + SIZE <= end
            if (inside and not tries) or position + PIECE <= dull_end:
                continue
            best, dull_end = self._find_longest_at(data, folded, position)
            if best is not None:
                end = max(end, best.end)
                tries = 0 if best.whole else tries - 1 if inside else _TRIES
                yield best

    def _find_longest_at(
        self, data: bytes, folded: bytes, position: int
    ) -> tuple[Found | None, int]:
        """The longest match that holds a position, and the end of one there that shows nothing."""
        best: tuple[int, int, _Form] | None = None
        dull: tuple[int, int, _Form] | None = None
        for place in self._windows.places_of(folded[position : position + SIZE]):
            form, offset = self._forms[place >> _OFFSET_BITS], place & _OFFSET_MASK
            known = (best, dull if dull is not None and dull[2] is form else None)
            if any(
                one and not _reaches_beyond(one, folded, position, form, offset) for one in known
            ):
                continue
            before = _count_common_before(folded, position, form.folded, offset)
            after = _count_common(folded, position, form.folded, offset)
            start, end = position - before, position + after
            if end - start < PIECE or (best is not None and end - start <= best[1] - best[0]):
                continue
            if _is_telling(folded, start, end, form):
                best = (start, end, form)
            elif dull is None or end - start > dull[1] - dull[0]:
                dull = (start, end, form)
        dull_end = 0 if dull is None else dull[1]
        return (None if best is None else _build_found(*best, data)), dull_end

    def _find_short(self, data: bytes, folded: bytes) -> Iterator[Found]:
        for form in self._short:
            start = folded.find(form.folded)
            while start >= 0:
                end = start + len(form.folded)
                if _is_telling(folded, start, end, form):
                    yield _build_found(start, end, form, data)
                start = folded.find(form.folded, end)


def find_unhidden(secrets: Secrets) -> tuple[str, ...]:
    """Find the placeholders whose secrets are so short, or such words, that nothing hides them.

    Names of users and clients are left out: they are half a credential.
    """
    return tuple(
        placeholder
        for placeholder, secret in secrets.values.items()
        if not placeholder.endswith(_NAMES)
        and all(form.kind for form in _list_forms(placeholder, secret))
    )


def _build_found(start: int, end: int, form: _Form, data: bytes) -> Found:
    """A match and its mark: the placeholder of a whole secret, or a mark for a piece."""
    whole = end - start == len(form.folded)
    text = data[start:end]
    suffix = "[…]"
    if whole and text == form.exact:
        suffix = form.kind
    elif whole and not form.kind and text == form.exact.upper():
        suffix = "~upper"
    elif whole and not form.kind and text == form.exact.swapcase():
        suffix = "~swapcase"
    return Found(start, end, form.placeholder, form.placeholder + suffix, whole)


def _reaches_beyond(
    match: tuple[int, int, _Form], folded: bytes, position: int, form: _Form, offset: int
) -> bool:
    """Whether a form, laid over the data from a place on, may match more than a match does."""
    start, end, _ = match
    first, last = offset - (position - start) - 1, offset + (end - position)
    return (start > 0 and first >= 0 and folded[start - 1] == form.folded[first]) or (
        end < len(folded) and last < len(form.folded) and folded[end] == form.folded[last]
    )


def _is_telling(folded: bytes, start: int, end: int, form: _Form) -> bool:
    """Whether a match is hardly there by chance.

    A piece of few different characters is (the zeros of an empty UUID or of a fraction), and so
    are digits inside a longer number, and any piece of digits alone.
    """
    found = folded[start:end]
    if end - start < len(form.folded):
        return len(set(found)) >= _VARIETY and not found.isdigit()
    around = (folded[max(0, start - 1) : start], folded[end : end + 1])
    return not found.isdigit() or not any(one.isdigit() for one in around)


def _count_common(one: bytes, at: int, other: bytes, offset: int) -> int:
    """How many bytes two byte strings share from two places on."""

    def is_common(count: int, size: int) -> bool:
        first, second = at + count, offset + count
        return one[first : first + size] == other[second : second + size]

    return _count(is_common, min(len(one) - at, len(other) - offset))


def _count_common_before(one: bytes, at: int, other: bytes, offset: int) -> int:
    """How many bytes two byte strings share before two places."""

    def is_common(count: int, size: int) -> bool:
        first, second = at - count, offset - count
        return one[first - size : first] == other[second - size : second]

    return _count(is_common, min(at, offset))


def _count(is_common: Callable[[int, int], bool], most: int) -> int:
    """Count in time of the number, not of `most`: what is compared doubles, then halves."""
    count, size, grows = 0, SIZE, True
    while size := min(size, most - count):
        if is_common(count, size):
            count += size
            size *= 2 if grows else 1
        elif size == 1:
            break
        else:
            size, grows = size // 2, False
    return count


def _list_forms(placeholder: str, secret: str) -> Iterator[_Form]:
    seen: set[bytes] = set()
    if _WORD.fullmatch(secret):
        return
    for kind, text in _spell(secret):
        exact = text.encode("utf-8", "surrogateescape")
        folded = exact.lower()
        shortest = PIECE if placeholder.endswith(_NAMES) else _SHORTEST
        if len(folded) < shortest or folded in seen:
            continue
        seen.add(folded)
        public = 0 if kind else _count_public(secret)
        yield _Form(placeholder, kind, exact, folded, public)


def _spell(secret: str) -> Iterator[tuple[str, str]]:
    """Every way in which a response may write a secret, each with its derivation."""
    yield "", secret
    yield "~url", quote(secret, safe="")
    yield "~url", quote_plus(secret)
    yield "~json", json.dumps(secret)[1:-1]
    yield "~json", json.dumps(secret)[1:-1].replace("/", "\\/")
    yield "~json", _escape(secret, "<>&")  # Go
    yield "~json", _escape(secret, "+<>&'\"")  # .NET
    yield "~html", html.escape(secret)
    raw = secret.encode("utf-8", "surrogateescape")
    yield "~hex", raw.hex()
    yield "~reversed", secret[::-1]
    yield "~base32", base64.b32encode(raw).decode().rstrip("=")
    for shift, dropped in ((0, 0), (1, 2), (2, 3)):
        full = (shift + len(raw)) * 8 // 6
        coded = base64.b64encode(b"\0" * shift + raw).decode()[dropped:full]
        yield "~base64", coded
        yield "~base64", coded.replace("+", "-").replace("/", "_")


def _escape(secret: str, characters: str) -> str:
    r"""The secret inside JSON whose writer spells some characters like \u002b."""
    return secret.translate({ord(c): f"\\u{ord(c):04x}" for c in characters})


def _count_public(secret: str) -> int:
    """How many leading bytes are not secret: a JWT's header and claims, which are not encrypted.

    Claims are ordinary JSON: pieces of them stand in any body that has JSON in base64.
    """
    head, dot, rest = secret.partition(".")
    if not dot or not head.startswith("eyJ"):
        return 0
    claims, _, signature = rest.partition(".")
    signed = claims.startswith("eyJ") and signature and "." not in signature
    return len(f"{head}.{claims}".encode()) if signed else len(head.encode())
