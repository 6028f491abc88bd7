"""Runs that are signed, and what verifies them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from apicheck.cli import main

Captured = pytest.CaptureFixture[str]
Command = Callable[..., AbstractContextManager[Any]]
RUN = ("run", "--spec", "openapi.yaml", "--out", "run", "--select", "conformance/*")


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A private key; its public key is beside it."""
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "private.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "public.pem").write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return path


def read_files(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def test_a_run_signs_itself_and_keeps_the_key_to_itself(
    things: Any, command: Command, private: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("SIGN_KEY", private.read_text())
    with command(things, *RUN, "--sign-key-env", "SIGN_KEY") as process:
        ended = process.finish()
    assert "signature.json" in ended.out
    public = private.with_name("public.pem")
    assert main(["verify", str(ended.directory), "--key", str(public)]) == 0
    said = capsys.readouterr().out
    assert "every file is as it was signed with the key " in said
    key_id = said.split()[-1]
    assert main(["verify", str(ended.directory)]) == 0
    assert f"signed with {key_id}, says signature.json" in capsys.readouterr().err
    secret = private.read_text().splitlines()[1]
    assert secret.encode() not in read_files(ended.directory)
    assert secret not in ended.out + ended.err
    assert f"signature of the key {key_id[:12]}" in (ended.directory / "report.html").read_text()
    with (ended.directory / "results.json").open("ab") as file:
        file.write(b"\n")
    assert main(["verify", str(ended.directory), "--key", str(public)]) == 1
    assert capsys.readouterr().out == "results.json was changed\nnot as it was signed\n"


def test_a_run_is_signed_later(
    things: Any, command: Command, private: Path, tmp_path: Path, capsys: Captured
) -> None:
    with command(things, *RUN) as process:
        directory = process.finish().directory
    public = tmp_path / "public.pem"
    assert main(["verify", str(directory), "--key", str(public)]) == 2
    assert "has no signature.json: nobody signed it" in capsys.readouterr().err
    assert main(["sign", str(directory)]) == 2
    assert "name the private key" in capsys.readouterr().err
    assert main(["sign", str(directory), "--key", str(private)]) == 0
    assert main(["verify", str(directory), "--key", str(public)]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sign-key", "none.pem"), "cannot read the key none.pem: No such file"),
        (("--sign-key-env", "NOT_SET"), "the variable NOT_SET is not set"),
        (("--sign-key-env", "SIGN_KEY", "--sign-key", "private.pem"), "both name a key"),
        (("--sign-key", "{key}"), "--sign-key takes the name of a file"),
        (("--sign-key", "{line}"), "--sign-key takes the name of a file"),
        (("--sign-key-env", "{key}"), "--sign-key-env takes the name of a variable"),
    ],
)
def test_a_key_that_is_none_ends_the_run_before_it_begins(
    arguments: tuple[str, ...],
    words: str,
    private: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.setenv("SIGN_KEY", "x")
    monkeypatch.chdir(tmp_path)
    key = private.read_text()
    line = key.splitlines()[1]
    given = [one.format(key=key, line=line) for one in arguments]
    assert main(["run", "--spec", __file__, "--out", "run", *given]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert line not in said
    assert not (tmp_path / "run").exists()
