"""The proof as a document: which check catches which fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from apicheck.report.text import join_lines

if TYPE_CHECKING:
    from apicheck.run import Proof, ProofRow

_ABOUT = """\
# Proof

What shows that each check can fail, and fails for nothing else. Written by `make proof`; do not
edit it. Each *fault* is a switchable defect of the reference server. With each of them alone, the
checks of the second column must end in the stated outcome. *Collateral* are other checks that fail
as well: a server that asks for no credential breaks more promises than one. `make proof` records
them in `collateral.json` beside the profile's policy; read what it changed before you commit it.
`apicheck prove` compares: nothing else may fail, and nothing at all may on the honest server."""


def build_page(proofs: Sequence[Proof]) -> str:
    """The proofs of several profiles as one page of Markdown."""
    parts = [_ABOUT, "\n".join(_totals(proofs)), *("\n".join(_tables(proof)) for proof in proofs)]
    return "\n\n".join(parts) + "\n"


def _totals(proofs: Sequence[Proof]) -> Iterator[str]:
    yield "| profile | faults | caught | survived | with unrelated fails | honest server |"
    yield "|---|---|---|---|---|---|"
    for proof in proofs:
        caught = len(proof.applicable) - len(proof.survivors)
        honest = "NOT clean" if proof.honest_failures else "clean"
        yield (
            f"| [{proof.profile}](#{proof.profile}) | {len(proof.applicable)} | {caught}"
            f" | {len(proof.survivors)} | {len(proof.unrelated)} | {honest} |"
        )
    total = sum(len(proof.applicable) for proof in proofs)
    survived = sum(len(proof.survivors) for proof in proofs)
    unrelated = sum(len(proof.unrelated) for proof in proofs)
    yield f"| all | {total} | {total - survived} | {survived} | {unrelated} | |"


def _tables(proof: Proof) -> Iterator[str]:
    """A table for each family of faults."""
    yield f"## {proof.profile}"
    rows = sorted(proof.applicable, key=lambda row: row.fault)
    for family, members in groupby(rows, key=lambda row: row.fault.partition("/")[0]):
        yield ""
        yield f"### {proof.profile}: {family}"
        yield ""
        yield "| fault | caught by | collateral |"
        yield "|---|---|---|"
        yield from map(_line, members)
    others = sorted(row.fault for row in proof.rows if not row.applicable)
    if others:
        yield ""
        yield "Not applicable, for want of the facts that they need: " + ", ".join(
            f"`{fault}`" for fault in others
        )


def _line(row: ProofRow) -> str:
    caught = ", ".join(f"`{check}` {outcome}" for check, outcome in row.caught) or "SURVIVED"
    recorded = sorted({*row.unseen, *(check for check, _, _ in row.collateral)})
    beside = ", ".join(f"`{check}`" for check in recorded)
    return f"| `{row.fault}`: {_cell(row.about)} | {caught} | {beside} |"


def _cell(text: str) -> str:
    return join_lines(text).replace("|", "\\|").replace("<", "&lt;")
