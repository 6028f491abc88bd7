"""apicheck receiver: test a receiver of webhooks."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from apicheck.cli import options
from apicheck.cli.ending import print_result
from apicheck.cli.overrides import build_overrides, redact_arguments, verify_variable
from apicheck.cli.screen import Screen
from apicheck.model.plan import Options
from apicheck.model.target import Mode, is_loopback
from apicheck.report import FORMATS

if TYPE_CHECKING:
    from apicheck.run import Promised, RunConfig

_ASYMMETRIC = "whsk_"

_promised = options.combine(
    click.option("--scheme", metavar="NAME",
                 help="The scheme of the signatures: standard-webhooks, stripe, github, …"),
    click.option("--param", "params", multiple=True, metavar="NAME=VALUE",
                 help="A value of the scheme (header=X-Signature, tolerance=60s). Repeatable."),
    click.option("--profile", default="", metavar="NAME",
                 help="Take scheme, events and clauses of a packaged policy."),
    click.option("--policy", type=click.Path(exists=True, path_type=Path), metavar="FILE",
                 help="Take them of this policy."),
    click.option("--event", "--events", "events", multiple=True, metavar="NAME",
                 help="Deliver only this event of the provider's document. Repeatable."),
    click.option("--secret-env", metavar="NAME",
                 help="The variable with the secret that the receiver verifies with."),
    click.option("--other-secret-env", metavar="NAME",
                 help="The variable with the secret of another tenant, which must open nothing."),
    click.option("--effects", metavar="URL|FILE",
                 help="Where the ids of processed deliveries show: a URL to GET, or a log."),
    click.option("--load", is_flag=True,
                 help="Also send many deliveries in a short time."),
    click.option("--yes", is_flag=True,
                 help="Send valid deliveries to a host other than this machine."),
    click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'",
                 help="Add a header to every delivery. Repeatable."),
)  # fmt: skip

_run = options.combine(
    click.option("--select", multiple=True, metavar="ID",
                 help="Run only this check (receiver/body). Repeatable."),
    click.option("--ignore", multiple=True, metavar="ID",
                 help="Do not run this check. Repeatable."),
    click.option("--timeout", type=click.FloatRange(0, min_open=True), default=10.0,
                 show_default=True, metavar="S", help="Wait up to S seconds for a response."),
    click.option("--seed", type=int, default=1, show_default=True, metavar="N",
                 help="Draw forgeries with this seed."),
    click.option("--concurrency", type=click.IntRange(1, 64), default=1, show_default=True,
                 metavar="N", help="Send up to N deliveries at once."),
    click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
                 help="The run directory (default: reports/receiver-<time>/)."),
    click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS),
                 help="A format of the report, beside results.json. Repeatable."),
    click.option("--json", "as_json", is_flag=True, help="Print results.json on stdout."),
)  # fmt: skip


@click.command("receiver")
@click.argument("url")
@_promised
@options.connection
@_run
@options.loudness
@click.pass_obj
def command(screen: Screen, /, *, url: str, as_json: bool, yes: bool, **given: Any) -> int:
    """Test a receiver of webhooks: what it accepts, and what it must refuse.

    apicheck signs deliveries as the provider does, valid ones and near misses of them, sends them
    to the URL, and judges what the receiver does with each. Valid deliveries have effects there.

    \b
    export WEBHOOK_SECRET=whsec_…
    apicheck receiver URL --scheme standard-webhooks --secret-env WEBHOOK_SECRET
    apicheck receiver URL --profile canonical --secret-env WEBHOOK_SECRET
    apicheck receiver URL --scheme hmac --param header=X-Sign --param 'value=sha256={mac}' …
    """
    _agree(url, screen, yes=yes)
    _require_secret(given)
    promised = _promise(given)
    from apicheck.run import ReceiverTarget, run_receiver

    receiver = ReceiverTarget(
        url,
        given["secret_env"] or "",
        given["effects"] or "",
        given["target"],
        other_secret_env=given["other_secret_env"] or "",
        load=given["load"],
    )
    result = run_receiver(receiver, promised, _build_config(given), screen.progress())
    print_result(screen, result, as_json=as_json)
    return result.exit_code


def _agree(url: str, screen: Screen, *, yes: bool) -> None:
    """Have the user agree to deliveries to another machine. Raises click.UsageError."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as problem:
        raise click.UsageError(f"{url}: {problem}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise click.UsageError(f"{url}: a receiver has an http or https URL")
    if is_loopback(host):
        return
    if parts.scheme == "http":
        screen.say(f"deliveries to {host} are not encrypted: register a URL that begins with https")
    if yes:
        return
    words = f"valid deliveries have effects at {host}, which is not this machine"
    if not sys.stdin.isatty():
        raise click.UsageError(f"{words}: add --yes")
    click.confirm(f"{words}. Send them?", abort=True, err=True)


def _require_secret(given: Mapping[str, Any]) -> None:
    """Raise click.UsageError where nothing could be signed."""
    variable = given["secret_env"]
    if variable is None and given["target"] is None:
        raise click.UsageError("--secret-env NAME is needed: the variable with the secret")
    named = {"--secret-env": variable, "--other-secret-env": given["other_secret_env"]}
    for option, name in named.items():
        if name is not None:
            verify_variable(option, name)
            if not os.environ.get(name, "").strip():
                raise click.UsageError(f"{option}: {name} is not set; export {name}=…")


def _promise(given: Mapping[str, Any]) -> Promised:
    """What the receiver is held to. Raises click.UsageError, or PolicyError for a wrong scheme."""
    from apicheck.load import profile_dir
    from apicheck.run import promise_of_provider, promise_of_scheme

    place = profile_dir(given["profile"]) if given["profile"] else given["policy"]
    if bool(place) == bool(given["scheme"]):
        raise click.UsageError("name the provider (--profile, --policy) or a --scheme, one of them")
    if place:
        return promise_of_provider(place, given["events"], _parse_params(given["params"]))
    if given["events"]:
        raise click.UsageError("--event belongs to --profile and --policy, which describe events")
    scheme: str = given["scheme"]
    values = _parse_params(given["params"])
    secret = os.environ.get(given["secret_env"] or "", "")
    if scheme == "standard-webhooks" and secret.startswith(_ASYMMETRIC):
        values.setdefault("version", "v1a")
    return promise_of_scheme(scheme, values)


def _parse_params(params: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in params:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--param {one}: write it as NAME=VALUE")
        found[name] = value
    return found


def _build_config(given: Mapping[str, Any]) -> RunConfig:
    from apicheck.run import RunConfig

    select, ignore = (tuple(given[name]) for name in ("select", "ignore"))
    if select or ignore:
        from apicheck.registry import collect

        known = (*collect(), "receiver/*")
        options.require_known("--select", "check", select, known)
        options.require_known("--ignore", "check", ignore, known)
    return RunConfig(
        overrides=build_overrides(given),
        options=Options(
            select=select,
            ignore=ignore,
            mode=Mode.FULL,
            concurrency=given["concurrency"],
            seed=given["seed"],
            timeout_s=given["timeout"],
        ),
        out=given["out"],
        formats=tuple(given["formats"] or ("html",)),
        argv=redact_arguments(sys.argv),
    )
