"""Options that several commands share, and what they are called in a RunConfig."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Collection, Mapping
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from apicheck.cli.screen import Screen
from apicheck.model.json import Json
from apicheck.model.plan import Options
from apicheck.model.target import Mode
from apicheck.model.verdict import NotTestedKind

if TYPE_CHECKING:
    from apicheck.run import RunConfig

F = TypeVar("F", bound=Callable[..., object])
Decorator = Callable[[Any], Any]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def together(*decorators: Decorator) -> Callable[[F], F]:
    """Several options as one decorator, in the order in which help shows them."""

    def decorate(function: F) -> F:
        decorated: F = reduce(lambda inner, option: option(inner), reversed(decorators), function)
        return decorated

    return decorate


def _quiet(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.ensure_object(Screen).quiet |= value


def _verbose(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.ensure_object(Screen).verbose |= value


loudness = together(
    click.option("-q", "--quiet", is_flag=True, expose_value=False, callback=_quiet,
                 help="Print the result and mistakes only."),
    click.option("-v", "--verbose", is_flag=True, expose_value=False, callback=_verbose,
                 help="Print every clause, and where an internal error happened."),
)  # fmt: skip

documents = together(
    click.option("--profile", default="", metavar="NAME", help="A packaged policy and document."),
    click.option("--policy", type=click.Path(exists=True, path_type=Path), metavar="FILE",
                 help="The policy; its document is beside it unless --spec names one."),
    click.option("--spec", type=FILE, metavar="FILE",
                 help="The OpenAPI document; without a policy, the built-in clause sets are run."),
    click.option("--reading", "readings", multiple=True, metavar="NAME",
                 help="Take one reading of an ambiguous policy. Repeatable."),
)  # fmt: skip

selection = together(
    click.option("--select", multiple=True, metavar="ID",
                 help="Only these checks or families (auth, auth/*). Repeatable."),
    click.option("--ignore", multiple=True, metavar="ID", help="Not these. Repeatable."),
    click.option("--clause", "clauses", multiple=True, metavar="ID",
                 help="Only these clauses. Repeatable."),
    click.option("--operation", "operations", multiple=True, metavar="ID",
                 help="Only these operations. Repeatable."),
)  # fmt: skip

target = together(
    click.option("--target", type=FILE, metavar="FILE",
                 help="The target file (default: apicheck.toml, found upwards from here)."),
    click.option("--base-url", metavar="URL", help="Where the API is, over the target file's."),
    click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'",
                 help="Send this header too. Repeatable."),
    click.option("--ca-file", type=FILE, metavar="FILE",
                 help="Trust these certificate authorities."),
    click.option("--client-cert", type=FILE, metavar="FILE",
                 help="Certificate and key of the client, PEM."),
)  # fmt: skip

limits = together(
    click.option("--mode", type=click.Choice([mode.value for mode in Mode]),
                 help="What may be sent (default: full on loopback, read-only elsewhere)."),
    click.option("--max-requests", type=click.IntRange(1), metavar="N",
                 help="Send at most so many."),
    click.option("--max-seconds", type=click.FloatRange(0, min_open=True), metavar="S",
                 help="Stop after so long, and report what is there."),
    click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True,
                 metavar="N", help="Requests under way at once."),
    click.option("--timeout", type=click.FloatRange(0, min_open=True), default=10.0,
                 show_default=True, metavar="S", help="Wait so long for an answer."),
    click.option("--retries", type=click.IntRange(0, 10), default=1, show_default=True,
                 metavar="N", help="Send again so often what a limit refused, after its wait."),
    click.option("--seed", type=int, default=1, show_default=True, metavar="N",
                 help="Draw other values with another seed."),
    click.option("--thorough", is_flag=True,
                 help="Ask every operation every row, try every other scope by itself, and limits"
                 " of thousands."),
    click.option("--allow-incomplete", "allow_incomplete", metavar="KIND,…",
                 help="Excuse these kinds of not-tested (needs-identity, read-only, …)."),
)  # fmt: skip


def config_from(given: Mapping[str, Any]) -> RunConfig:
    """The RunConfig that the options of a command make. Raises click.UsageError for unknown words.

    given: the command's parameters by name; those that it lacks are at their default.
    """
    from apicheck.run import RunConfig

    config = RunConfig(
        profile=given.get("profile", ""),
        policy=given.get("policy"),
        spec=given.get("spec"),
        target=given.get("target"),
        overrides=_overrides(given),
        options=_options(given),
        out=given.get("out"),
        formats=tuple(given.get("formats") or ("html",)),
        readings=tuple(given.get("readings", ())),
        argv=_told(sys.argv),
    )
    _known_names(config)
    return config


def _options(given: Mapping[str, Any]) -> Options:
    mode = given.get("mode")
    return Options(
        select=_families(given.get("select", ())),
        ignore=_families(given.get("ignore", ())),
        clauses=tuple(given.get("clauses", ())),
        operations=tuple(given.get("operations", ())),
        mode=Mode(mode) if mode else None,
        max_requests=given.get("max_requests"),
        max_seconds=given.get("max_seconds"),
        concurrency=given.get("concurrency", 4),
        seed=given.get("seed", 1),
        thorough=given.get("thorough", False),
        timeout_s=given.get("timeout", 10.0),
        retries=given.get("retries", 1),
        allow_incomplete=_kinds(given.get("allow_incomplete") or ""),
    )


def _overrides(given: Mapping[str, Any]) -> dict[str, Json]:
    """Options that stand for a line of the target file, by that line's dotted path."""
    overrides: dict[str, Json] = {}
    if given.get("base_url"):
        overrides["base_url"] = given["base_url"]
    for header in given.get("headers", ()):
        name, colon, value = header.partition(":")
        if not colon or not name.strip():
            raise click.UsageError(f"--header {header!r}: write it as 'NAME: VALUE'")
        overrides[f"headers.{name.strip()}"] = value.strip()
    for option, path in (("ca_file", "tls.ca_file"), ("client_cert", "tls.client_cert")):
        if given.get(option):
            overrides[path] = str(given[option].resolve())
    return overrides


def _families(ids: Collection[str]) -> tuple[str, ...]:
    """Check ids with families written out: `auth` as `auth/*`."""
    return tuple(item if "/" in item else f"{item}/*" for item in ids)


def _kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(filter(None, (word.strip() for word in text.split(","))))
    known = [kind.value for kind in NotTestedKind]
    for kind in kinds:
        if kind not in known:
            raise click.UsageError(f"--allow-incomplete: {unknown('kind', kind, known)}")
    return kinds


def _known_names(config: RunConfig) -> None:
    """Every name in the selection is one that exists, or the user is told so at once."""
    options = config.options
    if options.select or options.ignore:
        from apicheck.registry import collect

        ids = tuple(collect())
        families = {f"{check.partition('/')[0]}/*" for check in ids}
        for option, names in (("--select", options.select), ("--ignore", options.ignore)):
            each_known(option, "check", names, (*ids, *sorted(families), "*"))
    if options.clauses or options.operations:
        from apicheck.run import load_inputs

        inputs = load_inputs(config)
        clauses = [clause.id for clause in inputs.policy.clauses]
        each_known("--clause", "clause", options.clauses, clauses)
        operations = [operation.id for operation in inputs.spec.operations]
        each_known("--operation", "operation", options.operations, operations)


def each_known(option: str, noun: str, names: Collection[str], known: Collection[str]) -> None:
    """Raise click.UsageError for the names that do not exist, each with the nearest that does."""
    plain = [name.removesuffix("/*") for name in known]
    wrong = [unknown(noun, name.removesuffix("/*"), plain) for name in names if name not in known]
    if wrong:
        raise click.UsageError("\n".join(f"{option}: {message}" for message in wrong))


def unknown(noun: str, name: str, known: Collection[str]) -> str:
    """A sentence on a name that does not exist, with the nearest that does."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    if near:
        return f"there is no {noun} {name!r}; did you mean {near[0]!r}?"
    listed = ", ".join(sorted(known)[:12])
    return f"there is no {noun} {name!r}; there are: {listed or 'none'}"


def _told(argv: list[str]) -> tuple[str, ...]:
    """The command as it may be written down: without values of headers, which may be secret."""
    told = ["apicheck", *argv[1:]]
    for index, word in enumerate(told):
        if word == "--header" and index + 1 < len(told):
            told[index + 1] = told[index + 1].partition(":")[0] + ": …"
        elif word.startswith("--header="):
            told[index] = word.partition(":")[0] + ": …"
    return tuple(told)
