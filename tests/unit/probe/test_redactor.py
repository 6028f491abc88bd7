from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.model.target import Secrets
from apicheck.probe import encodings
from apicheck.probe.redactor import PIECE, Redactor, find_unhidden

SECRET = 'k3y/+"Zq9-äß7Lm2&x <W5t=='
NAME = "$APICHECK_ADMIN_TOKEN"


def secrets_of(secret: str = SECRET) -> Redactor:
    return Redactor(Secrets({NAME: secret}))


FORMS = {
    "as it is": SECRET,
    "URL-encoded": quote(SECRET, safe=""),
    "inside JSON": json.dumps(SECRET)[1:-1],
    "inside JSON with its own letters": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "inside JSON written by Go": SECRET.replace("&", "\\u0026").replace("<", "\\u003c"),
    "inside JSON written by .NET": "".join(
        f"\\u{ord(c):04X}" if c in '+&<"' else c for c in SECRET
    ),
    "in hexadecimal": SECRET.encode().hex(),
    "in upper-case hexadecimal": SECRET.encode().hex().upper(),
    "in base64": base64.b64encode(SECRET.encode()).decode(),
    "in base64 behind one byte": base64.b64encode(b"u" + SECRET.encode()).decode(),
    "in base64 behind two bytes": base64.b64encode(b"u:" + SECRET.encode()).decode(),
    "in base64 before more": base64.b64encode(b"u:" + SECRET.encode() + b"more").decode(),
    "in URL-safe base64": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "in another case": SECRET.swapcase(),
    "without its last character": SECRET[:-1],
    "with one character changed": SECRET[:3] + "#" + SECRET[4:],
    "a piece of it": SECRET[4 : 4 + PIECE],
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_hidden_in_every_form(form: str) -> None:
    text = FORMS[form]
    hidden = secrets_of().redact(f"before {text} after".encode()).decode()
    assert NAME in hidden
    assert hidden.startswith("before ")
    assert hidden.endswith("after")
    assert not secrets_of().find(hidden.replace(NAME, "").encode())


def test_a_whole_secret_becomes_its_placeholder_and_a_piece_is_marked() -> None:
    secrets = secrets_of()
    assert secrets.redact_text(f"<{SECRET}>") == f"<{NAME}>"
    assert secrets.redact_text(f"<{SECRET[:-1]}>") == f"<{NAME}[…]>"


def test_less_than_a_piece_stays() -> None:
    text = SECRET[: PIECE - 4]
    assert secrets_of().redact_text(f"<{text}>") == f"<{text}>"


def test_a_short_secret_is_hidden_whole() -> None:
    assert secrets_of("pa55").redact_text("it is pa55!") == f"it is {NAME}!"


def test_the_signature_of_a_jwt_and_the_whole_are_secret_but_its_claims_are_not() -> None:
    def part(text: bytes) -> str:
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    head, claims = part(b'{"alg":"HS256"}'), part(b'{"id":1,"name":"bob"}')
    token = f"{head}.{claims}.{'s1gnature' * 5}"
    secrets = Redactor(Secrets({"$TOKEN": token}))
    body = part(b'{"id":1,"name":"apicheck"}')
    assert secrets.redact_text(body) == body
    assert secrets.redact_text(f"<{token}>") == "<$TOKEN>"
    assert "gnatures1gn" not in secrets.redact_text(token[-20:])


def test_the_header_of_a_jwt_is_not_secret() -> None:
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    secrets = secrets_of(f"{head}.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ")
    assert secrets.redact_text(f"a JWT begins with {head}.") == f"a JWT begins with {head}."
    assert NAME in secrets.redact_text("the rest: eyJzdWIiOiI0MiJ9.c2lnbmF0")


def test_a_replaced_secret_stays_hidden() -> None:
    secrets = secrets_of("first-secret-0001-aaaa")
    secrets.put(NAME, "other-secret-9z9z-bbbb")
    assert secrets.live[NAME] == "other-secret-9z9z-bbbb"
    assert "first-secret" not in secrets.redact_text("first-secret-0001-aaaa")
    assert set(secrets.all_secrets().values.values()) == {
        "first-secret-0001-aaaa",
        "other-secret-9z9z-bbbb",
    }


def test_a_secret_with_two_placeholders_is_searched_for_once() -> None:
    redactor = secrets_of()
    forms = len(redactor._forms)
    redactor.put("$APICHECK_MINTED_1", SECRET)
    assert len(redactor._forms) == forms
    assert redactor.redact_text(SECRET) == NAME


def test_a_token_that_is_a_short_user_name_too_is_hidden() -> None:
    redactor = Redactor(Secrets({"$APICHECK_ADMIN_USER": "adm1n-7"}))
    assert redactor.redact_text("adm1n-7") == "adm1n-7"
    redactor.put(NAME, "adm1n-7")
    assert redactor.redact_text("adm1n-7") == NAME


def test_the_same_issued_secret_has_one_placeholder() -> None:
    secrets = Redactor(Secrets({}))
    first = secrets.issue("issued-secret-1234567890")
    assert secrets.issue("issued-secret-1234567890") == first
    assert secrets.issue("issued-secret-0987654321") != first


@settings(max_examples=200)
@given(
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=60),
    before=st.binary(max_size=60),
    after=st.binary(max_size=60),
    data=st.data(),
)
def test_no_piece_of_a_secret_survives_in_any_place(
    secret: str, before: bytes, after: bytes, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(secret) - PIECE))
    end = data.draw(st.integers(start + PIECE, len(secret)))
    secrets = secrets_of(secret)
    hidden = secrets.redact(before + secret[start:end].encode() + after)
    cleaned = hidden.replace(NAME.encode(), b"\0\0")
    for index in range(len(secret) - PIECE + 1):
        piece = secret[index : index + PIECE].encode()
        by_chance = len(set(piece.lower())) < 5 or piece.isdigit()
        assert by_chance or piece not in cleaned


def test_a_secret_that_repeats_itself_is_found_in_linear_time(
    growth: Callable[[Callable[[int], object], int], float],
) -> None:
    def redacted(size: int) -> bytes:
        data = b"ab" * size + b"a" * 200 * size + (b"a" * 11 + b"b") * size
        return secrets_of("a" * 8 * size).redact(data)

    assert b"a" * PIECE not in redacted(1000)
    assert growth(redacted, 60) < 80


def test_secrets_that_share_a_beginning_keep_their_own_placeholders() -> None:
    secrets = Redactor(Secrets({}))
    issued = [f"whsec_{number:02d}kq8Lw0r7Tz5VbN3mXyPd+x" for number in range(60)]
    placeholders = [secrets.issue(secret) for secret in issued]
    for secret, placeholder in zip(issued, placeholders, strict=True):
        body = f'{{"secret":"{secret}"}}'.encode()
        assert secrets.redact(body) == f'{{"secret":"{placeholder}"}}'.encode()


@pytest.mark.parametrize("digits", ["04x", "04X"])
def test_json_that_spells_characters_as_numbers_stays_json(digits: str) -> None:
    token = "EqV8ib8HDy88Y+tDtXbiufMdI8X2Y4rU+mer/BH3M1&XS0DRd"
    written = "".join(f"\\u{ord(c):{digits}}" if c in "+&" else c for c in token)
    recorded = secrets_of(token).redact_text(f'{{"token": "{written}"}}')
    assert json.loads(recorded)["token"].startswith(NAME)


def test_digits_inside_a_number_and_zeros_are_left_as_they_are() -> None:
    redactor = Redactor(
        Secrets({"$APICHECK_A_TOKEN": "12345678", "$APICHECK_B_TOKEN": f"k{'0' * 24}z9"})
    )
    body = b'["9123456780", "00000000-0000-0000-0000-000000000000", 0.2000000000000001]'
    assert redactor.redact(body) == body
    assert redactor.redact(b"pin 12345678.") == b"pin $APICHECK_A_TOKEN."


ODD = "tok-'4\"f9<a8>&c1e/7b3"
UNITS = {
    "JSON": lambda c: f"\\u{ord(c):04x}",
    "JSON in upper case": lambda c: f"\\u{ord(c):04X}",
    "URL": lambda c: "".join(f"%{byte:02X}" for byte in c.encode()),
    "HTML": lambda c: f"&#{ord(c)};",
    "HTML in hexadecimal": lambda c: f"&#x{ord(c):X};",
    "HTML, padded": lambda c: f"&#{ord(c):05d};",
    "some of JSON": lambda c: c if c.isalnum() else f"\\u{ord(c):04x}",
    "some of HTML": lambda c: c if c.isalnum() else f"&#{ord(c)};",
    "some of HTML, hexadecimal": lambda c: c if c.isalnum() else f"&#x{ord(c):02x};",
    "every second": lambda c: c if ord(c) % 2 else f"&#{ord(c)};",
}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("secret", [SECRET, ODD, "q9'x"])
def test_a_secret_is_found_whichever_of_its_characters_are_encoded(unit: str, secret: str) -> None:
    written = "".join(UNITS[unit](c) for c in secret)
    shown = secrets_of(secret).redact_text(f'{{"é": "100% &amp; {written}!", "b": "\\u00e9"}}')
    assert written not in shown
    assert shown.startswith('{"é": "100% &amp; $APICHECK_')
    assert shown.endswith('!", "b": "\\u00e9"}')


@pytest.mark.parametrize("separator", [" ", ":", "-"])
def test_a_hex_dump_of_a_secret_is_found(separator: str) -> None:
    dump = SECRET.encode().hex(separator)
    assert secrets_of().redact_text(f"dump: {dump}.").count(separator) <= 2
    assert dump[:30] not in secrets_of().redact_text(f"dump: {dump}.")


def test_a_secret_is_found_reversed_and_in_base32() -> None:
    coded = base64.b32encode(SECRET.encode()).decode()
    shown = secrets_of().redact_text(f"{SECRET[::-1]} {coded}")
    assert SECRET[::-1] not in shown
    assert coded[:20] not in shown


@pytest.mark.parametrize("word", ["json", "things", "Token", "ADMIN"])
def test_an_ordinary_word_is_no_secret(word: str) -> None:
    text = f'application/{word.lower()} {word} error="invalid_{word}"'
    assert secrets_of(word).redact_text(text) == text


@given(st.lists(st.sampled_from([*"ab%&;#\\u0x61 ", "%41", "&#65;", "\\u0041", "&amp;"])))
@settings(max_examples=200)
def test_decoded_text_is_located_where_it_stood(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    decoded = encodings.decode(data)
    if decoded is None:
        return
    places = list(dict.fromkeys(decoded.locate(i, i + 1) for i in range(len(decoded.text))))
    assert [0, *(end for _, end in places)] == [*(start for start, _ in places), len(data)]


def test_secrets_that_nothing_hides_are_named() -> None:
    values = {"$APICHECK_A_TOKEN": "staging", "$APICHECK_B_TOKEN": "x1", NAME: SECRET}
    named = find_unhidden(Secrets({**values, "$APICHECK_A_USER": "admin"}))
    assert named == ("$APICHECK_A_TOKEN", "$APICHECK_B_TOKEN")


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def spell(text: str) -> str:
    return "".join(f"\\u{ord(c):04x}" for c in text)


def percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def entities(text: str) -> str:
    return "".join(f"&#{ord(c)};" for c in text)


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def in_base64_behind_a_name(text: str) -> str:
    return in_base64(f"Basic {in_base64(f'user:{text}')}")


TWICE = {
    "percent": lambda text: quote(quote(text, safe=""), safe=""),
    "percent, every byte": lambda text: quote(percent(text), safe=""),
    "percent, three times": lambda text: quote(quote(percent(text), safe=""), safe=""),
    "JSON": lambda text: in_json(in_json(text)),
    "JSON, every character": lambda text: in_json(spell(text)),
    "JSON, three times": lambda text: in_json(in_json(spell(text))),
    "JSON in JSON": lambda text: json.dumps({"inner": json.dumps({"token": text})}),
    "HTML": lambda text: html.escape(html.escape(text)),
    "HTML, every character": lambda text: html.escape(entities(text)),
    "percent in JSON": lambda text: spell(percent(text)),
    "JSON in percent": lambda text: percent(spell(text)),
    "HTML in percent in JSON": lambda text: in_json(percent(entities(text))),
    "base64": lambda text: in_base64(in_base64(text)),
    "base64 with a name": in_base64_behind_a_name,
    "base64 of JSON": lambda text: in_base64(spell(text)),
    "base64 of percent": lambda text: in_base64(percent(text)),
}


@pytest.mark.parametrize("how", TWICE)
@pytest.mark.parametrize("secret", [SECRET, ODD, "tok4f9a8c1e7b3d5a60"])
@pytest.mark.parametrize("around", ['<a href="{}">', '{{"b": "100%", "a": "{}"}}', "/?b=&amp;{}"])
def test_a_secret_is_found_that_was_encoded_twice(how: str, secret: str, around: str) -> None:
    written = TWICE[how](secret)
    shown = secrets_of(secret).redact_text(around.format(written))
    assert NAME in shown
    assert written[len(written) // 4 : -len(written) // 4] not in shown
    assert len(shown.replace(NAME, "")) < len(around) + len(written) * 2 // 3 + 20


def test_ids_that_are_no_text_in_base64_stay() -> None:
    text = f"{'c0ffee00' * 4} eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9 {'A' * 24}"
    assert secrets_of().redact_text(text) == text


@pytest.mark.parametrize("period", [2, 7, 40])
@pytest.mark.parametrize("length", [100, 4096])
def test_pieces_of_a_secret_that_repeats_itself_are_found_in_linear_time(
    period: int, length: int, growth: Callable[[Callable[[int], object], int], float]
) -> None:
    secret = ("k3y9Zq7Lm2xW5tR8vB1nC4dF6gH0jP_sTuXwYzAaQe"[:period] * 4096)[:8192]
    redactor = secrets_of(secret)

    def redacted(size: int) -> bytes:
        pieces = size * max(1, 1000 // length)
        return redactor.redact(f"{secret[:length]}!".encode() * pieces)

    assert growth(redacted, 1) < 80
