"""apicheck prove: that every check can fail, and fails for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen, toned
from apicheck.report.text import join_lines

if TYPE_CHECKING:
    from apicheck.run import Proof, ProofRow


@click.command("prove")
@click.option("--profile", "profiles", default=("canonical",), show_default=True, multiple=True,
              metavar="NAME", help="The profile whose reference server is broken, promise by"
              " promise. Repeatable.")  # fmt: skip
@click.option("--family", "families", multiple=True, metavar="F",
              help="Only faults of this family (auth). Repeatable.")  # fmt: skip
@click.option("--fault", "faults", multiple=True, metavar="ID",
              help="Only this fault. Repeatable.")  # fmt: skip
@click.option("--full", is_flag=True,
              help="Every check on every operation with every fault, no samples.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, metavar="N",
              help="Draw other values with another seed.")  # fmt: skip
@click.option("--table", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a page that says which check caught which fault.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the proof as JSON.")
@options.loudness
@click.pass_obj
def command(
    screen: Screen,
    profiles: tuple[str, ...],
    families: tuple[str, ...],
    faults: tuple[str, ...],
    seed: int,
    *,
    full: bool,
    table: Path | None,
    as_json: bool,
) -> int:
    """Prove that each check can fail: switch on one fault after another and see what it finds.

    The honest server must be clean, every fault caught with its stated outcome, and nothing
    else may fail. Exit code 0 when all of that holds, 1 otherwise.

    \b
    apicheck prove --family auth
    """
    from apicheck.run import prove

    proofs = []
    for profile in profiles:
        proof = prove(
            profile,
            families=families,
            faults=faults,
            full=full,
            seed=seed,
            progress=screen.progress(),
        )
        proofs.append(proof)
        for line in _as_json(proof) if as_json else lines(proof):
            screen.out(line)
    if table is not None:
        from apicheck.cli.kills import document

        table.write_text(document(proofs), encoding="utf-8")
    return 0 if all(proof.holds for proof in proofs) else 1


def _as_json(proof: Proof) -> Iterator[str]:
    import json

    from apicheck.model.codec import to_json

    yield json.dumps({**to_json(proof), "holds": proof.holds}, indent=1, ensure_ascii=False)


def lines(proof: Proof) -> Iterator[str]:
    """The proof as a table, what is wrong with it, and one line that says whether it holds."""
    width = max((len(row.fault) for row in proof.rows), default=0)
    for row in proof.rows:
        yield _row(row, width)
    for check, subject, ended in proof.honest_failures:
        yield _wrong(f"the honest server: {check} on {subject} ended in {ended}")
    for check, fault in proof.unproven:
        yield _wrong(f"{check} names the fault {fault}, which the server does not have")
    caught = len(proof.applicable) - len(proof.survivors)
    yield ""
    word = toned("✓ proven", "good", bold=True) if proof.holds else toned("✗ not proven", "bad",
                                                                           bold=True)  # fmt: skip
    yield (
        f"{word}: {caught} of {len(proof.applicable)} faults caught on {proof.profile}"
        f"; {len(proof.survivors)} survived; {len(proof.unrelated)} with unrelated failures"
        f"; {len(proof.rows) - len(proof.applicable)} not applicable"
        f"; honest server {'clean' if not proof.honest_failures else 'NOT clean'}"
        f"; {proof.requests} requests in {proof.seconds:.0f} s"
    )


def _row(row: ProofRow, width: int) -> str:
    if not row.applicable:
        return toned("\u2013 not applicable", "calm") + f"  {row.fault:<{width}}"
    expected = ", ".join(f"{check}: {outcome}" for check, outcome in row.expected) or "no check"
    status = toned("✓ caught        ", "good") if row.killed else toned("✗ SURVIVED      ", "bad")
    text = f"{status}  {row.fault:<{width}}  {join_lines(expected)}"
    if row.collateral:
        text += toned(f"  (+ {len(row.collateral)} collateral)", "calm")
    for (check, subject, ended), why in zip(row.unrelated, row.why, strict=True):
        text += "\n" + _wrong(f"unrelated: {check} on {subject} ended in {ended} ({why})")
    return text


def _wrong(text: str) -> str:
    return f"  {toned('✗', 'bad')} {join_lines(text)}"
