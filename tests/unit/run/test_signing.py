import base64
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as ForeignEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from apicheck.model.errors import RunDirectoryError, TargetError
from apicheck.run import (
    SigningKey,
    Verified,
    find_signing_key,
    list_signers,
    read_public_key,
    read_signing_key,
    sign_run,
    verify_run,
)
from apicheck.run.envelope import Envelope, decode_envelope
from apicheck.run.manifest import write_manifest

RESULTS = {
    "verdict": {"word": "conformant", "why": "every clause passed"},
    "run": {
        "tool": "apicheck 1",
        "started": "2026-01-01T00:00:00Z",
        "finished": "2026-01-01T00:01:00Z",
        "interrupted": "",
        "target": "staging",
        "base_url": "https://api.example",
        "policy": "mine",
        "policy_version": "2",
        "spec": "Things 1",
        "mode": "full",
        "seed": 1,
        "digests": {"policy": "aa", "openapi": "bb"},
    },
    "summary": {"by_verdict": {"pass": 3}, "findings": {"violation": 0}, "requests": 9},
}
Pair = tuple[Path, Path]


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """A run that is over."""
    directory = tmp_path / "run"
    (directory / "common").mkdir(parents=True)
    (directory / "results.json").write_text(json.dumps(RESULTS))
    (directory / "journal.ndjson").write_text("{}\n")
    (directory / "common" / "ünder.yaml").write_text("clauses: []")
    write_manifest(directory, {"apicheck": "1"}, 1)
    return directory


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return make_pair(tmp_path, "first")


def make_pair(folder: Path, name: str) -> Pair:
    """The files of a new private key and of its public key."""
    key = Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.pem", folder / f"{name}-public.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


def sign(directory: Path, private: Path) -> SigningKey:
    key = read_signing_key(private)
    sign_run(directory, key)
    return key


def verify(directory: Path, *public: Path) -> Verified:
    return verify_run(directory, [read_public_key(path) for path in public])


def read_signature(directory: Path) -> Any:
    return json.loads((directory / "signature.json").read_text())


def write_signature(directory: Path, value: Any) -> None:
    (directory / "signature.json").write_text(json.dumps(value))


def sign_payload(directory: Path, private: Path, payload: bytes, kind: str) -> None:
    """Sign anything with a key, as its owner could."""
    key = read_signing_key(private)
    signature = key.sign(Envelope(kind, payload).signed_bytes)
    write_signature(
        directory,
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": kind,
            "signatures": [{"keyid": key.public.id, "sig": base64.b64encode(signature).decode()}],
        },
    )


def test_a_signed_run_verifies(run_dir: Path, pair: Pair) -> None:
    sign(run_dir, pair[0])
    assert verify(run_dir, pair[1]) == Verified(())


def test_the_statement_names_every_file_and_the_main_results(run_dir: Path, pair: Pair) -> None:
    sign(run_dir, pair[0])
    statement = json.loads(base64.b64decode(read_signature(run_dir)["payload"]))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert [one["name"] for one in statement["subject"]] == [
        "common/ünder.yaml",
        "journal.ndjson",
        "manifest.json",
        "results.json",
    ]
    assert statement["predicate"]["word"] == "conformant"
    assert statement["predicate"]["target"]["baseUrl"] == "https://api.example"


def foreign_key(public: Path, key_id: str) -> SSlibKey:
    key = load_pem_public_key(public.read_bytes())
    return SSlibKey.from_crypto(key, key_id)


def test_another_implementation_verifies_the_envelope(
    run_dir: Path, pair: Pair, tmp_path: Path
) -> None:
    second = make_pair(tmp_path, "second")
    ids = [sign(run_dir, private).public.id for private, _ in (pair, second)]
    envelope = ForeignEnvelope.from_dict(read_signature(run_dir))
    keys = [foreign_key(one[1], key_id) for one, key_id in zip((pair, second), ids, strict=True)]
    assert set(envelope.verify(keys, 2)) == set(ids)
    envelope.payload += b" "
    with pytest.raises(VerificationError):
        envelope.verify(keys, 1)


@given(payload=st.binary(), kind=st.text(st.characters(codec="utf-8")))
def test_the_signed_bytes_are_those_of_another_implementation(payload: bytes, kind: str) -> None:
    assert Envelope(kind, payload).signed_bytes == ForeignEnvelope(payload, kind, {}).pae()


def test_an_envelope_of_another_implementation_is_verified(run_dir: Path, pair: Pair) -> None:
    sign(run_dir, pair[0])
    envelope = ForeignEnvelope.from_dict(read_signature(run_dir))
    envelope.signatures.clear()
    signer = CryptoSigner.generate_ed25519()
    envelope.sign(signer)
    write_signature(run_dir, envelope.to_dict())
    raw = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public_key.keyval["public"]))
    public = run_dir.with_name("other.pem")
    public.write_bytes(raw.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert verify(run_dir, public) == Verified(())


def test_the_encoding_is_that_of_the_specification() -> None:
    envelope = Envelope("http://example.com/HelloWorld", b"hello world")
    assert envelope.signed_bytes == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@pytest.mark.parametrize("payload", ["-_8=", "+/8="])
def test_either_alphabet_of_base64_is_read(payload: str) -> None:
    text = json.dumps({"payload": payload, "payloadType": "", "signatures": [{"sig": payload}]})
    found = decode_envelope(text.encode())
    assert (found.payload, found.signatures[0].value) == (b"\xfb\xff", b"\xfb\xff")


def test_several_sign_a_run_and_each_once(run_dir: Path, pair: Pair, tmp_path: Path) -> None:
    second, third = make_pair(tmp_path, "second"), make_pair(tmp_path, "third")
    keys = [sign(run_dir, private) for private in (pair[0], second[0], pair[0])]
    assert list_signers(run_dir) == (keys[0].public.id, keys[1].public.id)
    assert verify(run_dir, pair[1], second[1]) == Verified(())
    (refusal,) = verify(run_dir, pair[1], third[1]).refusals
    assert "has no signature of the key" in refusal
    assert keys[1].public.id in refusal


def change_file(directory: Path) -> None:
    (directory / "journal.ndjson").write_text("{} \n")


def remove_file(directory: Path) -> None:
    (directory / "common" / "ünder.yaml").unlink()


def change_file_and_manifest(directory: Path) -> None:
    change_file(directory)
    write_manifest(directory, {"apicheck": "1"}, 1)


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (change_file, ["journal.ndjson was changed"]),
        (remove_file, ["common/ünder.yaml is missing"]),
        (change_file_and_manifest, ["journal.ndjson was changed", "manifest.json was changed"]),
    ],
)
def test_a_file_that_was_changed_is_named(
    alter: Callable[[Path], None], words: list[str], run_dir: Path, pair: Pair
) -> None:
    sign(run_dir, pair[0])
    alter(run_dir)
    found = verify(run_dir, pair[1])
    assert found.refusals == ()
    assert [str(change) for change in found.changes] == words


def test_a_file_that_came_later_is_named_and_is_no_change(run_dir: Path, pair: Pair) -> None:
    sign(run_dir, pair[0])
    (run_dir / "notes.txt").write_text("mine")
    found = verify(run_dir, pair[1])
    assert found.refusals == ()
    assert [(str(change), change.new) for change in found.changes] == [
        ("notes.txt came later", True)
    ]


def alter_payload(envelope: Any) -> None:
    statement = base64.b64decode(envelope["payload"]).replace(b'"conformant"', b'"conformed!"')
    envelope["payload"] = base64.b64encode(statement).decode()


def alter_type(envelope: Any) -> None:
    envelope["payloadType"] = "application/vnd.in-toto.run+json"


def alter_signature(envelope: Any) -> None:
    envelope["signatures"][0]["sig"] = base64.b64encode(b"\0" * 64).decode()


def shorten_signature(envelope: Any) -> None:
    envelope["signatures"][0]["sig"] = base64.b64encode(b"\0" * 12).decode()


@pytest.mark.parametrize("alter", [alter_payload, alter_type, alter_signature, shorten_signature])
def test_an_envelope_that_was_changed_is_refused(
    alter: Callable[[Any], None], run_dir: Path, pair: Pair
) -> None:
    key = sign(run_dir, pair[0])
    envelope = read_signature(run_dir)
    alter(envelope)
    write_signature(run_dir, envelope)
    assert verify(run_dir, pair[1]).refusals == (
        f"signature.json was changed after the key {key.public.id} signed it",
    )


def test_what_a_signature_says_of_its_key_decides_nothing(
    run_dir: Path, pair: Pair, tmp_path: Path
) -> None:
    key, other = sign(run_dir, pair[0]), make_pair(tmp_path, "other")
    envelope = read_signature(run_dir)
    envelope["signatures"][0]["keyid"] = read_public_key(other[1]).id
    write_signature(run_dir, envelope)
    assert verify(run_dir, other[1]).refusals
    assert verify(run_dir, pair[1]) == Verified(())
    del envelope["signatures"][0]["keyid"]
    write_signature(run_dir, envelope)
    assert verify(run_dir, pair[1]) == Verified(())
    envelope["signatures"][0]["keyid"] = "\x1b[2J"
    write_signature(run_dir, envelope)
    assert list_signers(run_dir) == ("a key without an id",)
    assert key.public.id not in str(verify(run_dir, other[1]).refusals)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is no JSON"),
        (b"\xff{", "it is no JSON"),
        (b"[" * 100_000, "it is no JSON"),
        (b"null", "it is no DSSE envelope"),
        (b"[]", "it is no DSSE envelope"),
        (b'{"payload": "", "payloadType": ""}', "it is no DSSE envelope"),
        (b'{"payload": "", "payloadType": "\\ud800", "signatures": []}', "no DSSE envelope"),
        (b'{"payload": "", "payloadType": 3, "signatures": []}', "no DSSE envelope"),
        (b'{"payload": "", "payloadType": "", "signatures": [3]}', "no DSSE envelope"),
        (b'{"payload": "", "payloadType": "", "signatures": [{}]}', "no DSSE envelope"),
        (b'{"payload": "e30", "payloadType": "", "signatures": []}', "its payload is no base64"),
        (b'{"payload": 3, "payloadType": "", "signatures": []}', "its payload is no base64"),
        (b'{"payload": "\xc3\xa4", "payloadType": "", "signatures": []}', "payload is no base64"),
        (
            b'{"payload": "", "payloadType": "", "signatures": [{"sig": "AAA"}]}',
            "its signature is no base64, or was cut off",
        ),
        (
            b'{"payload": "", "payloadType": "", "signatures": ['
            + b'{"sig": ""},' * 100
            + b'{"sig": ""}]}',
            "it has more than 100 signatures",
        ),
        (b" " * (4 * 1024 * 1024 + 1), "it is larger than 4 MiB"),
    ],
)
def test_what_is_no_envelope_says_why(
    content: bytes, words: str, run_dir: Path, pair: Pair
) -> None:
    (run_dir / "signature.json").write_bytes(content)
    with pytest.raises(RunDirectoryError, match=words):
        verify(run_dir, pair[1])
    with pytest.raises(RunDirectoryError, match=words):
        sign(run_dir, pair[0])


IN_TOTO = "application/vnd.in-toto+json"
STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "predicateType": "urn:apicheck:predicate:run:1",
    "subject": [{"name": "manifest.json", "digest": {"sha256": "00"}}],
}


@pytest.mark.parametrize(
    ("payload", "kind", "words"),
    [
        (b"{}", "application/json", "it signs 'application/json', no statement"),
        (b"{", IN_TOTO, "its payload is no JSON"),
        (b"[]", IN_TOTO, "its payload is no JSON object"),
        (b"{}", IN_TOTO, "something else than a run"),
        (json.dumps({**STATEMENT, "predicateType": "x"}).encode(), IN_TOTO, "something else"),
        (json.dumps({**STATEMENT, "subject": []}).encode(), IN_TOTO, "not name manifest.json"),
        (json.dumps({**STATEMENT, "subject": [3]}).encode(), IN_TOTO, "names no files"),
        (
            json.dumps({**STATEMENT, "subject": STATEMENT["subject"] * 2}).encode(),
            IN_TOTO,
            "one twice",
        ),
    ],
)
def test_a_signature_of_something_else_says_so(
    payload: bytes, kind: str, words: str, run_dir: Path, pair: Pair
) -> None:
    sign_payload(run_dir, pair[0], payload, kind)
    with pytest.raises(RunDirectoryError, match=words):
        verify(run_dir, pair[1])


def test_a_statement_of_another_run_does_not_verify_this_one(run_dir: Path, pair: Pair) -> None:
    payload = json.dumps(STATEMENT).encode()
    sign_payload(run_dir, pair[0], payload, IN_TOTO)
    assert "manifest.json was changed" in map(str, verify(run_dir, pair[1]).changes)
    with pytest.raises(RunDirectoryError, match="signs something else than this run"):
        sign(run_dir, pair[0])


def test_a_statement_that_its_files_contradict_is_refused(run_dir: Path, pair: Pair) -> None:
    sign(run_dir, pair[0])
    statement = json.loads(base64.b64decode(read_signature(run_dir)["payload"]))
    statement["predicate"]["word"] = "not-conformant"
    sign_payload(run_dir, pair[0], json.dumps(statement).encode(), IN_TOTO)
    (refusal,) = verify(run_dir, pair[1]).refusals
    assert "its key signed what never was" in refusal


def test_a_run_that_was_changed_is_not_signed(run_dir: Path, pair: Pair) -> None:
    change_file(run_dir)
    with pytest.raises(RunDirectoryError, match=r"journal\.ndjson was changed; it is not signed"):
        sign(run_dir, pair[0])
    assert not (run_dir / "signature.json").exists()


def test_a_run_without_a_signature_says_so(run_dir: Path, pair: Pair) -> None:
    with pytest.raises(RunDirectoryError, match=r"has no signature\.json: nobody signed it"):
        verify(run_dir, pair[1])
    assert list_signers(run_dir) == ()


def test_a_key_shows_nothing_of_itself(pair: Pair) -> None:
    key = read_signing_key(pair[0])
    assert repr(key) == f"SigningKey(public=PublicKey(id='{key.public.id}'))"
    assert read_public_key(pair[1]).id == key.public.id


def test_a_private_key_comes_from_the_environment(pair: Pair) -> None:
    key = find_signing_key("KEY", {"KEY": pair[0].read_text()})
    assert key == read_signing_key(pair[0])
    with pytest.raises(TargetError, match="the variable KEY is not set"):
        find_signing_key("KEY", {"KEY": ""})


def test_what_is_no_key_says_why(tmp_path: Path, pair: Pair) -> None:
    rsa = generate_private_key(65537, 1024)
    path = tmp_path / "key.pem"
    path.write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(TargetError, match="private key of another kind: it must be Ed25519"):
        read_signing_key(path)
    path.write_bytes(rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(TargetError, match="public key of another kind: it must be Ed25519"):
        read_public_key(path)
    path.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
        )
    )
    with pytest.raises(TargetError, match="is encrypted"):
        read_signing_key(path)
    with pytest.raises(TargetError, match="holds a private key; its public key verifies"):
        read_public_key(pair[0])
    with pytest.raises(TargetError, match="holds no private key in PEM"):
        read_signing_key(pair[1])
    with pytest.raises(TargetError, match="No such file"):
        read_signing_key(tmp_path / "missing")
    with pytest.raises(TargetError, match="Is a directory"):
        read_public_key(tmp_path)
    with pytest.raises(TargetError, match="too large for a key"):
        read_public_key(Path("/dev/zero"))
    with pytest.raises(TargetError, match="holds no public key in PEM"):
        read_public_key(Path("/dev/null"))


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_of_envelopes_fail_otherwise(content: bytes) -> None:
    with suppress(ValueError):
        decode_envelope(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["keyid", "sig", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.fixed_dictionaries({"payload": JSON, "payloadType": JSON, "signatures": JSON}))
def test_no_members_make_the_reader_of_envelopes_fail_otherwise(value: Any) -> None:
    with suppress(ValueError):
        decode_envelope(json.dumps(value).encode())
