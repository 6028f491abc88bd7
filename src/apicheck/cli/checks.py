"""apicheck checks: list the catalogue of checks."""

from __future__ import annotations

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen, toned
from apicheck.model.check import Check


@click.command("checks")
@click.argument("families", nargs=-1)
@click.option(
    "--facts", is_flag=True, help="Print also the facts of a policy that each check reads."
)
@click.option("--json", "as_json", is_flag=True, help="Print the catalogue as JSON.")
@options.loudness
@click.pass_obj
def command(screen: Screen, families: tuple[str, ...], *, facts: bool, as_json: bool) -> int:
    """List the checks, or those of some FAMILIES.

    An active check sends requests; a passive one only reads what other checks cause.

    \b
    apicheck checks
    apicheck checks auth ratelimit --facts
    """
    from apicheck.registry import collect

    checks = collect()
    known = sorted({check.partition("/")[0] for check in checks})
    for family in families:
        if family not in known:
            raise click.UsageError(options.describe_unknown("family", family, known))
    wanted = [c for c in checks.values() if not families or c.id.partition("/")[0] in families]
    if as_json:
        import json

        screen.out(json.dumps([_describe_check(check) for check in wanted], indent=1))
        return 0
    width = max((len(check.id) for check in wanted), default=0)
    for check in wanted:
        kind = "passive" if check.passive else "active "
        screen.out(f"{check.id:<{width}}  {toned(kind, 'calm')}  {check.title}")
        if facts:
            screen.out(f"{'':<{width}}           reads {', '.join(check.reads) or 'no facts'}")
    return 0


def _describe_check(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "title": check.title,
        "failure_title": check.failure_title,
        "kind": "passive" if check.passive else "active",
        "reads": list(check.reads),
        "standards": list(check.standards),
        "outcomes": {o.id: o.severity.name.lower() for o in check.outcomes},
        "proven_by": {outcome: list(faults) for outcome, faults in check.proven_by.items()},
        "origin": check.origin,
    }
