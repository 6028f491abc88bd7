"""What a target file says of a receiver of webhooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import load_policy, load_spec, load_target, profile_dir
from apicheck.model.errors import TargetError
from apicheck.model.target import Effects, Target

BASE = 'base_url = "http://127.0.0.1:8000"\n'
SIGNED = f'{BASE}[receiver]\nsecret_env = "HOOK_SECRET"\n'


def load(text: str, folder: Path, profile: str = "receiver", **environ: str) -> Target:
    spec = load_spec(profile_dir(profile) / "openapi.yaml")
    policy = load_policy(profile_dir(profile) / "policy.yaml", spec)
    file = folder / "apicheck.toml"
    file.write_text(text)
    return load_target(file, spec=spec, policy=policy, environ=environ)


def test_the_secret_of_a_receiver_has_a_placeholder(tmp_path: Path) -> None:
    target = load(SIGNED, tmp_path, HOOK_SECRET="whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0")
    assert target.receiver_secret == "$APICHECK_RECEIVER_SECRET"
    assert target.secrets.values[target.receiver_secret].startswith("whsec_")
    assert "whsec_" not in repr(target)


def test_the_secret_of_another_tenant_has_one_too(tmp_path: Path) -> None:
    text = f'{SIGNED}other_secret_env = "OTHER"\n'
    target = load(text, tmp_path, HOOK_SECRET="a secret", OTHER="another")
    assert target.secrets.values[target.foreign_secret] == "another"
    assert not load(SIGNED, tmp_path, HOOK_SECRET="a secret").foreign_secret


def test_many_deliveries_are_sent_where_the_file_says_so(tmp_path: Path) -> None:
    assert load(f"{SIGNED}load = true\n", tmp_path, HOOK_SECRET="a secret").load
    assert not load(SIGNED, tmp_path, HOOK_SECRET="a secret").load


def test_the_secret_of_the_receiver_is_none_of_another_tenant(tmp_path: Path) -> None:
    text = f'{SIGNED}other_secret_env = "OTHER"\n'
    with pytest.raises(TargetError, match="the same as that of the receiver"):
        load(text, tmp_path, HOOK_SECRET="a secret", OTHER="a secret")


def test_the_place_of_effects_is_relative_to_the_target_file(tmp_path: Path) -> None:
    text = f'{SIGNED}[effects]\nfile = "processed.log"\n'
    target = load(text, tmp_path, HOOK_SECRET="a secret")
    assert target.effects == Effects(file=str(tmp_path / "processed.log"))
    text = f'{SIGNED}[effects]\ncommand = ["./list", "x"]\n'
    target = load(text, tmp_path, HOOK_SECRET="a secret")
    assert target.effects == Effects(command=(str(tmp_path / "list"), "x"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BASE, "receiver: the receiver has no secret to sign with"),
        (SIGNED, "the environment variable HOOK_SECRET of the receiver is not set"),
        (f"{SIGNED}[effects]\n", "effects"),
        (f'{SIGNED}[effects]\nurl = "http://a/"\nfile = "b"\n', "effects"),
        (f'{SIGNED}[effects]\nurl = "processed"\n', "an http or https URL"),
    ],
)
def test_a_mistake_is_named(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=words):
        load(text, tmp_path)
