from __future__ import annotations

import click
import pytest

from apicheck.cli import main
from apicheck.cli.explain import find_check

KNOWN = ("auth/issued", "auth/missing-credentials", "errors/method", "errors/missing-media-type")


@pytest.mark.parametrize(
    ("part", "check"),
    [
        ("auth/issued", "auth/issued"),
        ("auth/missing", "auth/missing-credentials"),
        ("credentials", "auth/missing-credentials"),
        ("errors/method#accepted", "errors/method"),
        ("Media-Type", "errors/missing-media-type"),
    ],
)
def test_a_part_of_an_id_is_enough(part: str, check: str) -> None:
    assert find_check(part, KNOWN) == check


def test_several_checks_are_listed() -> None:
    with pytest.raises(click.UsageError, match=r"auth/missing-cred\S+, errors/missing-media-type"):
        find_check("missing", KNOWN)


def test_a_mistyped_id_is_corrected() -> None:
    with pytest.raises(click.UsageError, match="did you mean 'auth/issued'"):
        find_check("auth/isued", KNOWN)


def test_the_page_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "auth/missing"]) == 0
    assert capsys.readouterr().out.startswith("# auth/missing-credentials")
