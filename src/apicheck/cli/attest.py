"""apicheck attest: ask people for what no check can test, and say which answers are missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apicheck.cli import options
from apicheck.cli.screen import Screen, toned
from apicheck.model.errors import AttestationError
from apicheck.report.attested import OPEN, describe_attested, describe_denials
from apicheck.report.text import count_noun, join_lines

if TYPE_CHECKING:
    from apicheck.model.attestation import Attested


@click.command("attest")
@click.argument("policy_file", type=click.Path(exists=True, path_type=Path), metavar="[POLICY]",
                required=False)  # fmt: skip
@options.documents
@click.option("--target", type=options.FILE, metavar="FILE",
              help="The target file (default: apicheck.toml here or above).")  # fmt: skip
@click.option("--file", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="The file of the answers (default: that of the target file, or"
              " attestations.yaml beside the policy).")  # fmt: skip
@click.option("--check", is_flag=True,
              help="Write nothing; exit with 1 unless every question is answered, and none"
              " with no.")  # fmt: skip
@options.loudness
@click.pass_obj
def command(
    screen: Screen,
    /,
    policy_file: Path | None,
    *,
    file: Path | None,
    check: bool,
    **given: Any,
) -> int:
    """Ask a person about the clauses that no check can test.

    The command writes a file with the questions of the policy, or adds to it those that it lacks;
    an answer is never changed. Then it says which answers are missing, have expired, or are of a
    question that the policy no longer asks in these words.

    \b
    apicheck attest --profile capsule
    apicheck attest policy.yaml --check
    """
    if policy_file is not None and (given["policy"] or given["profile"]):
        raise click.UsageError("name one policy: as an argument, with --policy, or with --profile")
    given["policy"] = policy_file or given["policy"]
    from apicheck.run import load_inputs, locate_attestations, read_attested

    config = options.build_config(given)
    policy = load_inputs(config, without_target=True).policy
    path = file or locate_attestations(config)
    if not check:
        _add_questions(screen, path, policy)
    if not path.is_file() and any(clause.attest for clause in policy.clauses):
        raise AttestationError(f"there is no {path}: apicheck attest writes it")
    attested = read_attested(path, policy) if path.is_file() else ()
    for line in describe(attested):
        screen.out(line)
    whole = all(one.counts and not one.denied for one in attested)
    return 1 if check and not whole else 0


def _add_questions(screen: Screen, path: Path, policy: Any) -> None:
    from apicheck.load import add_questions
    from apicheck.load.source import read_text
    from apicheck.run.directory import write

    text = read_text(path, AttestationError) if path.exists() else ""
    added, clauses = add_questions(text, str(path), policy)
    if clauses:
        write(path, added.encode())
        added_now = count_noun(len(clauses), "question")
        screen.say(f"{path}: {added_now} added; answer each, then `apicheck attest --check`")


def describe(attested: Sequence[Attested]) -> Iterator[str]:
    """Describe what is attested: what does not count first, the sum last."""
    for one in attested:
        if not one.counts:
            yield (
                f"{toned('○', 'warn')} {OPEN[one.worth]:<19}  {join_lines(one.clause)}:"
                f" {join_lines(one.question)}"
            )
    for line in describe_denials(attested):
        yield f"{toned('✗', 'bad')} {join_lines(line)}"
    yield join_lines(describe_attested(attested)) or "the policy asks no question"
