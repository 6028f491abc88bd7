"""apicheck prove: that every check can fail, and fails for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen, toned
from apicheck.report.text import join_lines

if TYPE_CHECKING:
    from apicheck.run import ClauseProof, Proof, ProofRow


@click.command("prove")
@click.option("--profile", "profiles", default=("canonical",), show_default=True, multiple=True,
              metavar="NAME", help="The profile whose reference server is broken, promise by"
              " promise. Repeatable.")  # fmt: skip
@click.option("--family", "families", multiple=True, metavar="F",
              help="Only faults of this family (auth). Repeatable.")  # fmt: skip
@click.option("--fault", "faults", multiple=True, metavar="ID",
              help="Only this fault, with every check. Repeatable.")  # fmt: skip
@click.option("--check", "checks", multiple=True, metavar="ID",
              help="Only this check, with every fault. Repeatable.")  # fmt: skip
@click.option("--clauses", "only_clauses", is_flag=True,
              help="Only that each clause that has checks fails with some fault, and none without:"
              " each clause is played by itself.")  # fmt: skip
@click.option("--full", is_flag=True,
              help="Every check on every operation with every fault, no samples.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, metavar="N",
              help="Draw other values with another seed.")  # fmt: skip
@click.option("--record", is_flag=True,
              help="Record what caught each fault, and what fails beside it, as collateral of the"
              " fault.")  # fmt: skip
@click.option("--table", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a page that says which check caught which fault.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the proof as JSON.")
@options.loudness
@click.pass_obj
def command(
    screen: Screen,
    /,
    profiles: tuple[str, ...],
    checks: tuple[str, ...],
    *,
    only_clauses: bool,
    record: bool,
    table: Path | None,
    as_json: bool,
    **chosen: Any,
) -> int:
    """Prove that each check can fail.

    The command switches on one fault of the reference server after another and runs the checks.
    The honest server must be clean, every fault caught with its stated outcome, and nothing
    else may fail, apart from what is recorded as collateral of the fault (collateral.json,
    beside the profile's policy). Each clause that has checks must fail with some fault. Exit
    code 0 when all of that holds, 1 otherwise.

    While you write a check, try it alone: it must catch the faults that its `proven_by` names, and
    every other fault with which it fails is listed. While you write a fault, try that alone.

    \b
    apicheck prove --check errors/media-type
    apicheck prove --fault errors/ignores-content-type
    apicheck prove --fault errors/ignores-content-type --record     after a look
    apicheck prove --family auth
    apicheck prove --profile emitrr --clauses
    """
    from apicheck.registry import collect
    from apicheck.run import prove

    if only_clauses:
        if checks or record or table or as_json or chosen["faults"] or chosen["families"]:
            raise click.UsageError("--clauses takes --profile and --seed alone")
        return _prove_clauses(screen, profiles, chosen["seed"])
    if checks:
        options.require_known("--check", "check", checks, tuple(collect()))
    proofs = []
    for profile in profiles:
        proof = prove(profile, checks=checks, progress=screen.progress(), **chosen)
        if record:
            proof = _recorded(screen, proof)
        proofs.append(proof)
        for line in _as_json(proof) if as_json else lines(proof):
            screen.out(line)
    if table is not None:
        from apicheck.cli.proof_page import build_page

        table.write_text(build_page(proofs), encoding="utf-8")
    return 0 if all(proof.holds for proof in proofs) else 1


def _prove_clauses(screen: Screen, profiles: tuple[str, ...], seed: int) -> int:
    from apicheck.run import prove_clauses

    proofs = [prove_clauses(name, seed=seed, progress=screen.progress()) for name in profiles]
    for proof in proofs:
        for line in clause_lines(proof):
            screen.out(line)
    return 0 if all(proof.holds for proof in proofs) else 1


def clause_lines(proof: ClauseProof) -> Iterator[str]:
    """Each clause with the fault that broke it, and one line that says whether the proof holds."""
    width = max((len(clause) for clause in proof.broken), default=0)
    for clause, fault in proof.broken.items():
        ended = toned("✓ broken by ", "good") if fault else toned("✗ NOT BROKEN", "bad")
        yield f"{ended}  {clause:<{width}}  {fault}".rstrip()
    for clause in proof.honest:
        yield _wrong(f"{clause} fails on the honest server")
    broken = len(proof.broken) - len(proof.unbroken)
    word = toned("✓ proven", "good", bold=True) if proof.holds else toned("✗ not proven", "bad")
    yield ""
    yield (
        f"{word}: {broken} of {len(proof.broken)} clauses with checks fail with a fault on"
        f" {proof.profile}; {len(proof.honest)} without; {proof.requests} requests in"
        f" {proof.seconds:.0f} s"
    )


def _recorded(screen: Screen, proof: Proof) -> Proof:
    """Record a proof, and say which collateral is new. Returns the proof as it then holds."""
    from apicheck.run import (
        read_broken,
        read_caught,
        read_collateral,
        write_broken,
        write_caught,
        write_collateral,
    )

    for row in proof.unrelated:
        names = ", ".join(sorted({check for check, _, _ in row.unrelated}))
        screen.say(f"recorded with {row.fault}: {names}")
    write_collateral(proof.profile, proof.update_record(read_collateral(proof.profile)))
    write_caught(proof.profile, proof.update_caught(read_caught(proof.profile)))
    write_broken(proof.profile, proof.update_broken(read_broken(proof.profile)))
    return proof.as_recorded()


def _as_json(proof: Proof) -> Iterator[str]:
    import json

    from apicheck.model.codec import to_json

    yield json.dumps({**to_json(proof), "holds": proof.holds}, indent=1, ensure_ascii=False)


def lines(proof: Proof) -> Iterator[str]:
    """The proof as a table, what is wrong with it, and one line that says whether it holds.

    Where only some checks are tried, faults that have nothing to do with them are left out.
    """
    shown = [row for row in proof.rows if not proof.checks or row.unrelated or row.collateral
             or (row.applicable and row.expected)]  # fmt: skip
    width = max((len(row.fault) for row in shown), default=0)
    for row in shown:
        yield _row(row, width)
    for check, subject, ended in proof.honest_failures:
        yield _wrong(f"the honest server: {check} on {subject} ended in {ended}")
    for check, fault in proof.unproven:
        yield _wrong(f"{check} names the fault {fault}, which the server does not have")
    for check, why in proof.silent:
        yield _wrong(f"{check} has nothing to test on {proof.profile}: {why}")
    for clause in proof.unbroken:
        yield _wrong(f"{clause} has checks, and no fault breaks it")
    if proof.unrelated:
        named = " ".join(f"--fault {row.fault}" for row in proof.unrelated)
        again = f"apicheck prove --profile {proof.profile} {named} --record"
        yield f"  what rightly fails with a fault is recorded by: {again}"
    caught = len(proof.expecting) - len(proof.survivors)
    yield ""
    yield (
        f"{_conclude(proof)}: {caught} of {len(proof.expecting)} faults caught on {proof.profile}"
        f"; {len(proof.survivors)} survived; {len(proof.unrelated)} with unrelated failures"
        f"; {len(proof.rows) - len(proof.applicable)} not applicable"
        f"; honest server {_describe_honest(proof)}"
        f"; {proof.requests} requests in {proof.seconds:.0f} s"
    )


def _conclude(proof: Proof) -> str:
    if not proof.holds:
        return toned("✗ not proven", "bad", bold=True)
    if not proof.expecting:
        return toned("· nothing to prove", "calm", bold=True)
    return toned("✓ proven", "good", bold=True)


def _describe_honest(proof: Proof) -> str:
    if proof.honest_failures:
        return "NOT clean"
    return "clean" if proof.requests else "not asked"


def _row(row: ProofRow, width: int) -> str:
    if not row.applicable:
        return toned("\u2013 not applicable", "calm") + f"  {row.fault:<{width}}"
    expected = ", ".join(f"{check}: {outcome}" for check, outcome in row.expected) or (
        "" if row.unrelated or row.collateral else "no check"
    )
    text = f"{_status(row)}  {row.fault:<{width}}  {join_lines(expected)}"
    if row.collateral:
        text += toned(f"  (+ {len(row.collateral)} collateral)", "calm")
    if row.unseen:
        text += toned(f"  (recorded, not seen: {', '.join(row.unseen)})", "calm")
    return "\n".join((text, *map(_wrong, _unrelated(row))))


def _unrelated(row: ProofRow) -> Iterator[str]:
    """A line for each check and outcome that has nothing to do with the fault."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for (check, subject, ended), why in zip(row.unrelated, row.why, strict=True):
        found.setdefault((check, ended), []).append((subject, why))
    for (check, ended), hits in found.items():
        subject, why = hits[0]
        more = f" and {len(hits) - 1} more" if hits[1:] else ""
        yield f"unrelated: {check} on {subject}{more} ended in {ended} ({why})"


def _status(row: ProofRow) -> str:
    if row.killed:
        return toned("✓ caught        ", "good")
    if row.expected:
        return toned("✗ SURVIVED      ", "bad")
    return toned("· also fails    ", "calm")


def _wrong(text: str) -> str:
    return f"  {toned('✗', 'bad')} {join_lines(text)}"
