"""The target file that the server writes is one that apicheck reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apicheck.load import target_settings
from reference_server.target_file import write_target


def test_the_file_holds_no_secret(honest: Any, tmp_path: Path) -> None:
    file = tmp_path / "apicheck.toml"
    write_target(file, honest.server, "http://127.0.0.1:1", "http://127.0.0.1:2")
    text = file.read_text("utf-8")
    secrets = [one.token for one in honest.server.directory.all()]
    secrets += [client.secret for client in honest.server.clients]
    assert [secret for secret in secrets if secret in text] == []


def test_the_file_names_the_profile_by_paths_that_exist(honest: Any, tmp_path: Path) -> None:
    file = tmp_path / "apicheck.toml"
    write_target(file, honest.server, "http://127.0.0.1:1", "http://127.0.0.1:2")
    settings = target_settings(file)
    assert Path(settings["policy"]).is_file()
    assert Path(settings["spec"]).is_file()
