"""apicheck profiles: list the packaged policies."""

from __future__ import annotations

from collections.abc import Collection

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen
from apicheck.model.policy import PROVIDER_ACTORS, Policy
from apicheck.report.text import join_lines


@click.command("profiles")
@click.option("--coverage", is_flag=True, help="Print also the clauses that no check tests yet.")
@options.loudness
@click.pass_obj
def command(screen: Screen, /, *, coverage: bool) -> int:
    """List the packaged policies.

    Each is a profile: a policy and its OpenAPI document, which come with apicheck.

    \b
    apicheck profiles --coverage
    """
    from apicheck.load import load_policy, load_spec, profile_dir, profile_names
    from apicheck.registry import collect

    checks = collect()
    for name in profile_names():
        folder = profile_dir(name)
        spec = load_spec(folder / "openapi.yaml")
        policy = load_policy(folder / "policy.yaml", spec)
        provider = [c for c in policy.clauses if set(c.actors) & set(PROVIDER_ACTORS)]
        tested = [clause for clause in provider if _has_check(clause.checks, checks)]
        screen.out(
            f"{name:<12}  {len(policy.clauses):3} clauses, {len(provider):3} of the provider,"
            f" {len(tested):3} with a check; {len(spec.operations):3} operations;"
            f" {join_lines(policy.title)}"
        )
        if coverage:
            _print_untested(screen, policy, checks)
    return 0


def _has_check(wanted: tuple[str, ...], known: Collection[str]) -> bool:
    from apicheck.plan import matches

    return any(matches(check, wanted) for check in known) if wanted else False


def _print_untested(screen: Screen, policy: Policy, checks: Collection[str]) -> None:
    for clause in policy.clauses:
        if not set(clause.actors) & set(PROVIDER_ACTORS) or _has_check(clause.checks, checks):
            continue
        why = "to attest" if clause.attest else ", ".join(clause.checks) or "no check"
        text = clause.quote or clause.statement or clause.title
        screen.out(f"    {join_lines(clause.id):<12} {why:<28} {join_lines(text)[:80]}")
