"""What an item shows in Allure: its exchanges as steps, curl lines, severity and labels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import allure

from apicheck.model.exchange import Exchange
from apicheck.model.results import Results
from apicheck.model.verdict import Severity
from apicheck.promises import Promise, find_clause, findings_of, rows_of
from apicheck.report.times import read_start
from apicheck.report.wire import join_text, show_exchange
from apicheck.run import read_journal

_LEVELS = {
    Severity.INFO: allure.severity_level.TRIVIAL,
    Severity.LOW: allure.severity_level.MINOR,
    Severity.MEDIUM: allure.severity_level.NORMAL,
    Severity.HIGH: allure.severity_level.CRITICAL,
    Severity.CRITICAL: allure.severity_level.BLOCKER,
}
_STEPS_AT_MOST = 5


def show(results: Results, promise: Promise, directory: Path) -> None:
    """Show a promise in the report of the test that is running."""
    clause, findings = find_clause(results, promise).clause, findings_of(results, promise)
    allure.dynamic.title(f"{promise.clause}: {promise.name}")
    allure.dynamic.story(clause.id)
    if clause.section:
        allure.dynamic.feature(clause.section)
    if clause.quote:
        allure.dynamic.description(clause.quote)
    if findings:
        allure.dynamic.severity(_LEVELS[max(finding.severity for finding in findings)])
    for finding in findings:
        if finding.curl:
            allure.attach(finding.curl, "curl", allure.attachment_type.TEXT)
    exchanges = _read_exchanges(directory)
    evidence = [one for row in rows_of(results, promise) for one in row.evidence]
    for name in list(dict.fromkeys(evidence))[:_STEPS_AT_MOST]:
        if name in exchanges:
            _show_exchange(exchanges[name], read_start(results.run))


def _show_exchange(exchange: Exchange, start: datetime) -> None:
    shown = show_exchange(exchange, start)
    with allure.step(shown.title):
        for title, lines in (("request", shown.request), ("response", shown.response)):
            allure.attach(join_text(lines), title, allure.attachment_type.TEXT)


@lru_cache(maxsize=1)
def _read_exchanges(directory: Path) -> Mapping[str, Exchange]:
    transcripts = read_journal(directory)
    return {exchange.id: exchange for one in transcripts for exchange in one.exchanges}
