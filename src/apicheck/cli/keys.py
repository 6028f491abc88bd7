"""The options that name a private key, and the key that they name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from apicheck.cli.overrides import verify_variable

if TYPE_CHECKING:
    from apicheck.run import SigningKey

F = TypeVar("F", bound=Callable[..., object])

_BEGINNINGS = ("-----BEGIN", "MC4CAQAwBQYDK2Vw")
"""Of a private key in PEM, and of one that has lost its first line."""


def key_file(name: str, words: str, *, multiple: bool = False) -> Callable[[F], F]:
    """An option that names the file of a key, which may be a pipe."""
    return click.option(
        name,
        type=click.Path(path_type=Path),
        metavar="FILE",
        multiple=multiple,
        callback=_refuse_text,
        help=words,
    )


def _refuse_text(
    _: click.Context, param: click.Parameter, value: Path | tuple[Path, ...] | None
) -> Path | tuple[Path, ...] | None:
    """Refuse a key in the place of its file, without showing it."""
    if any(beginning in str(value) for beginning in _BEGINNINGS):
        raise click.UsageError(
            f"{param.opts[0]} takes the name of a file: every process of this machine can read a"
            " key on the command line"
        )
    return value


def load_key(given: Mapping[str, Any], file: str, variable: str) -> SigningKey | None:
    """Load the private key that one of two options names, None where neither is given.

    file, variable: the parameters of the options. Raises click.UsageError and TargetError.
    """
    from apicheck.run import find_signing_key, read_signing_key

    option = f"--{variable.replace('_', '-')}"
    if given.get(file) and given.get(variable):
        raise click.UsageError(f"--{file.replace('_', '-')} and {option} both name a key")
    if given.get(file):
        return read_signing_key(given[file])
    if given.get(variable):
        verify_variable(option, given[variable])
        return find_signing_key(given[variable], os.environ)
    return None
