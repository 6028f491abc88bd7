"""apicheck lint --against: which changes since an earlier document break clients."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apicheck.cli.screen import Screen, toned

if TYPE_CHECKING:
    from apicheck.model.operation import Operation, Spec
    from apicheck.model.policy import Policy
    from apicheck.run import RunConfig

_BROKEN = 1


def print_rules(screen: Screen) -> int:
    """Print every rule."""
    from apicheck.report.changes import describe_rules

    for line in describe_rules():
        screen.out(line)
    return 0


def compare_with(
    screen: Screen,
    config: RunConfig,
    earlier: Path | str,
    *,
    only: tuple[str, ...],
    strict: bool,
    as_json: bool,
) -> int:
    """Print what changed incompatibly since the earlier document, and choose the exit code.

    only: selectors of operations. strict: what probably breaks clients counts, too.
    """
    from apicheck.compare import Impact, compare
    from apicheck.report import changes as report
    from apicheck.run import load_document, load_inputs

    inputs = load_inputs(config, without_target=True)
    old, new = load_document(earlier, config), inputs.spec
    found = compare(old, new, _build_filter(only, old, inputs.policy))
    if as_json:
        screen.out(json.dumps(report.changes_as_json(found, old, new), indent=1))
    else:
        for one in found:
            first, *others = report.describe_change(one, old, new)
            screen.out(toned(first, "bad" if one.impact is Impact.BREAKING else "warn"))
            for line in others:
                screen.out(line)
            screen.out()
        screen.out(report.summarize(found, old, new))
    least = Impact.PROBABLE if strict else Impact.BREAKING
    return _BROKEN if any(one.impact >= least for one in found) else 0


def _build_filter(
    selectors: tuple[str, ...], old: Spec, policy: Policy
) -> Callable[[Operation], bool] | None:
    """Build the choice of operations of the earlier document; None for all."""
    if not selectors:
        return None
    from apicheck.load import find_selector_error
    from apicheck.model.facts import Selector
    from apicheck.model.selector import selects

    sets = policy.facts.operations
    for item in selectors:
        if error := find_selector_error(item, old, sets):
            raise click.UsageError("--only: " + ": ".join(filter(None, error)))
    secured = frozenset(one.id for one in old.operations if one.secured)
    return lambda operation: selects(Selector(selectors), operation, sets, secured)
