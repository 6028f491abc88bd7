"""The options of a saved run, for commands that send to its target again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import click

from apicheck.cli.screen import Screen

_REDACTED = ": …"
OF_THE_TARGET = (
    "target",
    "ca_file",
    "client_cert",
    "proxy",
    "base_url",
    "base_path",
    "token_env",
    "auth",
    "headers",
)
"""Parameters of `apicheck run`."""
OF_THE_REPORT = ("formats", "since", "sign_key", "sign_key_env", "baseline", "fail_on")


def as_in_the_run(
    run: click.Command, arguments: Sequence[str], given: Mapping[str, Any], names: Collection[str]
) -> dict[str, Any]:
    """The named options as the run had them, with those that are given now in their place.

    run: the command `apicheck run`. Raises click.UsageError for a run of `apicheck receiver`.
    """
    now = {name: value for name, value in given.items() if value not in (None, ())}
    if arguments and arguments[0] == "receiver":
        words = "a run against a receiver creates nothing to delete, and is not resumed"
        raise click.UsageError(f"{words}: begin a new one")
    if not arguments or arguments[0] != "run":
        return now
    before = run.make_context("run", list(arguments[1:]), obj=Screen()).params
    if "headers" not in now and any(one.endswith(_REDACTED) for one in before["headers"]):
        raise click.UsageError("the run had --header, whose values are not recorded: give it again")
    return {name: before[name] for name in names if name in before} | now
