"""Show the rows of a check's table: what was sent, how to send it again, and what came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apicheck.model.results import CheckResult, Results
from apicheck.model.verdict import Verdict
from apicheck.report.curl import build_command
from apicheck.report.evidence import Evidence
from apicheck.report.wire import describe_response


@dataclass(frozen=True, slots=True)
class RowView:
    """A row. came: the response, in a phrase. curl: what sends the request again."""

    name: str
    about: str
    verdict: Verdict
    came: str
    curl: str


def list_row_evidence(results: Results) -> frozenset[str]:
    """The ids of the exchanges that the rows refer to."""
    return frozenset(row.evidence for check in results.checks for row in check.rows)


def view_rows(
    results: Results, judged: Iterable[CheckResult], evidence: Evidence
) -> Iterator[RowView]:
    """View the rows of a check that were kept in the evidence, in the table's order."""
    for result in judged:
        for row in result.rows:
            if exchange := evidence.kept.get(row.evidence):
                yield RowView(
                    row.name,
                    row.about,
                    row.verdict,
                    describe_response(exchange),
                    build_command(exchange, results.run.base_url),
                )
