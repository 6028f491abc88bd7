"""The target file that the server writes is one that apicheck reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apicheck.load import target_settings
from reference_server.call import PLAIN, TLS
from reference_server.target_file import Addresses, write_target

ADDRESSES = Addresses(
    "http://127.0.0.1:1",
    "http://127.0.0.1:2",
    {TLS: "https://127.0.0.1:3", PLAIN: "http://127.0.0.1:4", "region eu": "https://127.0.0.1:5"},
)


def test_the_file_holds_no_secret(honest: Any, tmp_path: Path) -> None:
    file = tmp_path / "apicheck.toml"
    write_target(file, honest.server, ADDRESSES)
    text = file.read_text("utf-8")
    secrets = [one.token for one in honest.server.directory.all()]
    secrets += [client.secret for client in honest.server.clients]
    assert [secret for secret in secrets if secret in text] == []


def test_the_file_names_the_profile_by_paths_that_exist(honest: Any, tmp_path: Path) -> None:
    file = tmp_path / "apicheck.toml"
    write_target(file, honest.server, ADDRESSES)
    settings = target_settings(file)
    assert Path(settings["policy"]).is_file()
    assert Path(settings["spec"]).is_file()


def test_the_file_names_the_endpoints_where_the_policy_speaks_of_tls(
    honest: Any, tmp_path: Path
) -> None:
    file = tmp_path / "apicheck.toml"
    write_target(file, honest.server, ADDRESSES)
    settings = target_settings(file)
    promised = honest.server.profile.facts.transport.https == "required"
    assert ("transport" in settings) == promised
    if promised:
        assert settings["transport"]["https_url"] == "https://127.0.0.1:3"
        assert settings["transport"]["plain_url"] == "http://127.0.0.1:4"
        assert settings["transport"]["regions"] == {"eu": "https://127.0.0.1:5"}
        assert (tmp_path / settings["tls"]["ca_file"]).read_bytes().startswith(b"-----BEGIN")
