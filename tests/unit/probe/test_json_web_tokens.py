"""Derivations of JSON Web Tokens, with PyJWT as the judge of what they are."""

import base64
import subprocess
import sys

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.model.forgery_key import public_jwk
from apicheck.probe.json_web_tokens import is_same_token
from apicheck.probe.placeholders import derive, expand

SECRET = "a secret of thirty-two characters or so"
CLAIMS = {"sub": "ada", "exp": 4_102_444_800}
TOKEN = jwt.encode(CLAIMS, SECRET, "HS256", headers={"kid": "main"})


def base64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def claims(token: str, secret: str = SECRET) -> dict[str, object]:
    return jwt.decode(token, secret, ["HS256"])


def test_a_header_is_changed_and_the_rest_is_kept() -> None:
    token = derive(TOKEN, "~jose(alg=none)~jose(kid=../../dev/null)")
    assert jwt.get_unverified_header(token) == {
        "alg": "none",
        "typ": "JWT",
        "kid": "../../dev/null",
    }
    assert token.split(".")[1:] == TOKEN.split(".")[1:]


def test_a_changed_claim_makes_the_signature_invalid() -> None:
    token = derive(TOKEN, "~claim(sub=admin)~claim(exp=0)")
    assert jwt.decode(token, options={"verify_signature": False}) == {"sub": "admin", "exp": 0}
    with pytest.raises(jwt.InvalidSignatureError):
        claims(token)


def test_an_unsigned_token_has_no_signature() -> None:
    token = derive(TOKEN, "~jose(alg=none)~unsigned")
    assert jwt.decode(token, options={"verify_signature": False}) == CLAIMS
    assert token.endswith(".")


@given(st.text(min_size=32, max_size=40))
def test_a_token_is_signed_again_with_any_secret(secret: str) -> None:
    derivations = f"~claim(sub=admin)~hmac({base64url(secret)})"
    assert claims(derive(TOKEN, derivations), secret)["sub"] == "admin"


def test_a_token_is_signed_again_with_the_forgery_key() -> None:
    token = derive(TOKEN, f"~jose(jwk={public_jwk()})~jose(alg=RS256)~rsa")
    key = jwt.PyJWK(jwt.get_unverified_header(token)["jwk"], "RS256").key
    assert jwt.decode(token, key, ["RS256"]) == CLAIMS


@pytest.mark.parametrize("text", ["", "opaque", "a.b.c", "e30.e30", "..", "é.é.é"])
@pytest.mark.parametrize(
    "derivation", ["~jose(alg=none)", "~claim(a=1)", "~unsigned", "~hmac(YQ)", "~rsa"]
)
def test_a_text_that_is_not_a_token_stays_unchanged(text: str, derivation: str) -> None:
    assert derive(text, derivation) == text


def test_a_credential_may_hold_derivations() -> None:
    text = expand("Bearer $APICHECK_A~jose(alg=none)~unsigned", {"$APICHECK_A": TOKEN})
    assert text == f"Bearer {derive(TOKEN, '~jose(alg=none)~unsigned')}"


def test_bits_without_meaning_do_not_make_another_token() -> None:
    head, _, last = TOKEN.rpartition(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    place = alphabet.index(last[-1])
    other = f"{last[:-1]}{alphabet[place ^ 1]}"
    assert base64.urlsafe_b64decode(f"{other}=") == base64.urlsafe_b64decode(f"{last}=")
    assert is_same_token(f"{head}.{other}", TOKEN)
    assert not is_same_token(f"{head}.{last[:-1]}", TOKEN)
    assert not is_same_token("a.b", TOKEN)


def test_the_filter_for_curl_lines_derives_its_input() -> None:
    command = [sys.executable, "-m", "apicheck.probe.placeholders", "~jose(alg=none)~unsigned"]
    done = subprocess.run(command, input=TOKEN, capture_output=True, text=True, check=True)
    assert done.stdout == derive(TOKEN, "~jose(alg=none)~unsigned")
