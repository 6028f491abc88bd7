"""Define the options that several commands share, and build a RunConfig from them."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Collection, Mapping
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from apicheck.cli.keys import load_key
from apicheck.cli.overrides import (
    build_overrides,
    redact_arguments,
    refuse_token,
    verify_variable,
)
from apicheck.cli.screen import Screen
from apicheck.model.plan import Options
from apicheck.model.target import Mode
from apicheck.model.verdict import NotTestedKind

if TYPE_CHECKING:
    from apicheck.run import Inputs, RunConfig

F = TypeVar("F", bound=Callable[..., object])
Decorator = Callable[[Any], Any]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def combine(*decorators: Decorator) -> Callable[[F], F]:
    """Combine several options into one decorator, in the order in which help shows them."""

    def decorate(function: F) -> F:
        decorated: F = reduce(lambda inner, option: option(inner), reversed(decorators), function)
        return decorated

    return decorate


def _quiet(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.ensure_object(Screen).quiet |= value


def _verbose(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.ensure_object(Screen).verbose |= value


loudness = combine(
    click.option("-q", "--quiet", is_flag=True, expose_value=False, callback=_quiet,
                 help="Print only the result and mistakes."),
    click.option("-v", "--verbose", is_flag=True, expose_value=False, callback=_verbose,
                 help="Print every clause, and the traceback of an internal error."),
)  # fmt: skip


class Location(click.Path):
    """A file that exists, as a Path, or the URL of a document, as text."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """Leave a URL as it is, and look for a file."""
        from apicheck.load import is_url

        if isinstance(value, str) and is_url(value):
            return value
        return super().convert(value, param, ctx)


LOCATION = Location(exists=True, dir_okay=False, path_type=Path)

documents = combine(
    click.option("--profile", default="", metavar="NAME",
                 help="Use a packaged policy and document (see apicheck profiles)."),
    click.option("--policy", type=click.Path(exists=True, path_type=Path), metavar="FILE",
                 help="The policy; --spec overrides the document that it names."),
    click.option("--spec", type=LOCATION, metavar="FILE|URL",
                 help="The OpenAPI document. Without a policy, built-in clauses are tested."),
    click.option("--spec-token-env", metavar="NAME",
                 help="Fetch --spec with the token of this environment variable, as --auth says."),
    click.option("--reading", "readings", multiple=True, metavar="NAME",
                 help="Choose a reading of an ambiguous policy. Repeatable."),
)  # fmt: skip

comparison = combine(
    click.option("--against", type=LOCATION, metavar="FILE|URL",
                 help="Report what changed since this earlier document and breaks clients."),
    click.option("--only", multiple=True, metavar="SELECTOR",
                 help="Compare only these operations (id, 'GET /v1/**', tag:x). Repeatable."),
    click.option("--strict", is_flag=True,
                 help="Exit with 1 also for what probably breaks clients."),
    click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON."),
    click.option("--rules", is_flag=True, help="List the rules of the comparison, and exit."),
)  # fmt: skip

selection = combine(
    click.option("--select", multiple=True, metavar="ID",
                 help="Run only this check or family (auth, auth/*). Repeatable."),
    click.option("--ignore", multiple=True, metavar="ID",
                 help="Do not run this check or family. Repeatable."),
    click.option("--clause", "clauses", multiple=True, metavar="ID",
                 help="Test only this clause. Repeatable."),
    click.option("--only", "--operation", "operations", multiple=True, metavar="SELECTOR",
                 help="Test only these operations (id, 'GET /path/**', tag:x). Repeatable."),
    click.option("--skip", multiple=True, metavar="SELECTOR",
                 help="Never send these operations, not even to prepare others. Repeatable."),
)  # fmt: skip

connection = combine(
    click.option("--target", type=FILE, metavar="FILE",
                 help="The target file (default: apicheck.toml in this folder or one above)."),
    click.option("--ca-file", type=FILE, metavar="FILE",
                 help="Trust only the certificate authorities of this PEM file."),
    click.option("--client-cert", type=FILE, metavar="FILE",
                 help="The client's certificate and key, in one PEM file."),
    click.option("--proxy", metavar="URL",
                 help="Go through this proxy, or none (default: HTTPS_PROXY, HTTP_PROXY)."),
)  # fmt: skip

target = combine(
    click.option("--base-url", metavar="URL",
                 help="The URL of the API; overrides the target file."),
    click.option("--base-path", metavar="PATH",
                 help="The path of the API below its URL, if not that of the document."),
    click.option("--token-env", metavar="NAME",
                 help="Call the API with the token of this environment variable; replaces the"
                 " identities of the target file."),
    click.option("--auth", metavar="HOW",
                 help="How the token is sent, if the document does not say it: bearer, basic (of"
                 " USER:PASSWORD), header:NAME, query:NAME or cookie:NAME."),
    click.option("--token", hidden=True, expose_value=False, callback=refuse_token),
    click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'",
                 help="Add a header to every request. Repeatable."),
    connection,
)  # fmt: skip

limits = combine(
    click.option("--mode", type=click.Choice([mode.value for mode in Mode]),
                 help="What may be sent (default: full on loopback, read-only elsewhere)."),
    click.option("--max-requests", type=click.IntRange(1), metavar="N",
                 help="Send at most N requests."),
    click.option("--max-seconds", type=click.FloatRange(0, min_open=True), metavar="S",
                 help="Stop after S seconds, and report what was recorded."),
    click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True,
                 metavar="N", help="Send up to N requests at once."),
    click.option("--timeout", type=click.FloatRange(0, min_open=True), default=10.0,
                 show_default=True, metavar="S", help="Wait up to S seconds for a response."),
    click.option("--retries", type=click.IntRange(0, 10), default=1, show_default=True,
                 metavar="N", help="Repeat a rate-limited request up to N times, after the wait."),
    click.option("--seed", type=int, default=1, show_default=True, metavar="N",
                 help="Seed of the drawn values."),
    click.option("--thorough", is_flag=True,
                 help="Play every row on every operation; try every scope and large limits."),
    click.option("--allow-incomplete", "allow_incomplete", metavar="KIND,…",
                 help="Excuse these kinds of not-tested (needs-identity, read-only, …)."),
)  # fmt: skip


since = click.option(
    "--since", multiple=True, type=click.Path(exists=True, path_type=Path), metavar="DIR",
    help="An earlier run: the page says what changed since. Repeatable, for a trend.",
)  # fmt: skip


def build_config(given: Mapping[str, Any]) -> RunConfig:
    """Build a RunConfig from a command's options. Raises click.UsageError for unknown names.

    given: the command's parameters by name; a missing one has its default.
    """
    from apicheck.run import RunConfig

    if given.get("spec_token_env"):
        verify_variable("--spec-token-env", given["spec_token_env"])
    config = RunConfig(
        profile=given.get("profile", ""),
        policy=given.get("policy"),
        spec=given.get("spec"),
        spec_token_env=given.get("spec_token_env") or "",
        target=given.get("target"),
        overrides=build_overrides(given),
        options=_build_options(given),
        out=given.get("out"),
        formats=tuple(given.get("formats") or ("html",)),
        readings=tuple(given.get("readings", ())),
        argv=redact_arguments(sys.argv),
        attestations=given.get("attestations"),
        since=tuple(given.get("since", ())),
        signing_key=load_key(given, "sign_key", "sign_key_env"),
    )
    _check_names(config)
    return config


def _build_options(given: Mapping[str, Any]) -> Options:
    mode = given.get("mode")
    return Options(
        select=_expand_families(given.get("select", ())),
        ignore=_expand_families(given.get("ignore", ())),
        clauses=tuple(given.get("clauses", ())),
        operations=tuple(given.get("operations", ())),
        skip=tuple(given.get("skip", ())),
        mode=Mode(mode) if mode else None,
        max_requests=given.get("max_requests"),
        max_seconds=given.get("max_seconds"),
        concurrency=given.get("concurrency", 4),
        seed=given.get("seed", 1),
        thorough=given.get("thorough", False),
        timeout_s=given.get("timeout", 10.0),
        retries=given.get("retries", 1),
        allow_incomplete=_parse_kinds(given.get("allow_incomplete") or ""),
    )


def _expand_families(ids: Collection[str]) -> tuple[str, ...]:
    """Expand families among check ids: `auth` to `auth/*`."""
    return tuple(item if "/" in item else f"{item}/*" for item in ids)


def _parse_kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(filter(None, (word.strip() for word in text.split(","))))
    known = [kind.value for kind in NotTestedKind]
    for kind in kinds:
        if kind not in known:
            raise click.UsageError(f"--allow-incomplete: {describe_unknown('kind', kind, known)}")
    return kinds


def _check_names(config: RunConfig) -> None:
    """Raise click.UsageError for names in the selection that do not exist."""
    options = config.options
    if options.select or options.ignore:
        from apicheck.registry import collect

        ids = tuple(collect())
        families = {f"{check.partition('/')[0]}/*" for check in ids}
        for option, names in (("--select", options.select), ("--ignore", options.ignore)):
            require_known(option, "check", names, (*ids, *sorted(families), "*"))
    if options.clauses or options.operations or options.skip:
        from apicheck.run import load_inputs

        inputs = load_inputs(config)
        clauses = [clause.id for clause in inputs.policy.clauses]
        require_known("--clause", "clause", options.clauses, clauses)
        _require_selecting("--only", options.operations, inputs)
        _require_selecting("--skip", options.skip, inputs)


def _require_selecting(option: str, items: Collection[str], inputs: Inputs) -> None:
    """Raise click.UsageError for each selector that selects no operation."""
    from apicheck.load import find_selector_error

    facts = inputs.policy.facts
    said = [
        found
        for item in items
        if (
            found := find_selector_error(
                item, inputs.spec, facts.operations, facts.authorization.scopes
            )
        )
    ]
    if said:
        lines = (f"{option}: {message}" + (f"; {hint}" if hint else "") for message, hint in said)
        raise click.UsageError("\n".join(lines))


def require_known(option: str, noun: str, names: Collection[str], known: Collection[str]) -> None:
    """Raise click.UsageError, with the nearest known name, for each name that is not known."""
    plain = [name.removesuffix("/*") for name in known]
    wrong = [
        describe_unknown(noun, name.removesuffix("/*"), plain)
        for name in names
        if name not in known
    ]
    if wrong:
        raise click.UsageError("\n".join(f"{option}: {message}" for message in wrong))


def describe_unknown(noun: str, name: str, known: Collection[str]) -> str:
    """Describe a name that does not exist, with the nearest one that does."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    if near:
        return f"there is no {noun} {name!r}; did you mean {near[0]!r}?"
    listed = ", ".join(sorted(known)[:12])
    return f"there is no {noun} {name!r}; the known ones: {listed or 'none'}"
