"""`apicheck attest`: the questions of a policy, and what their answers are worth today."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.cli import main

Captured = pytest.CaptureFixture[str]
FIELDS = ("answer", "by", "role", "date", "valid_until", "evidence")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answered(file: Path, until: str, answer: str = "yes") -> None:
    """Answer every open question of a file."""
    given = dict(zip(FIELDS, (answer, "Ada", "lawyer", "2026-01-02", until, "file 7"), strict=True))
    text = file.read_text()
    for name, value in given.items():
        text = text.replace(f"    {name}:\n", f"    {name}: {value}\n")
    file.write_text(text)


def test_the_questions_are_written_once_and_answers_stay(here: Path, capsys: Captured) -> None:
    assert main(["attest", "--profile", "capsule"]) == 0
    assert "9 not answered" in capsys.readouterr().out
    answered(here / "attestations.yaml", "2999-12-31")
    text = (here / "attestations.yaml").read_text()
    assert main(["attest", "--profile", "capsule"]) == 0
    assert (here / "attestations.yaml").read_text() == text
    assert main(["attest", "--profile", "capsule", "--check"]) == 0
    assert capsys.readouterr().out.endswith("attested: 9 of 9 questions answered; 9 yes\n")


@pytest.mark.parametrize(
    ("until", "answer", "said"),
    [
        ("2026-01-03", "yes", "expired              CA-03: Can customers"),
        ("2999-12-31", "no", "CA-03 is not kept, attests Ada, lawyer, on 2026-01-02: file 7"),
    ],
)
def test_check_fails_for_an_answer_that_has_expired_or_says_no(
    here: Path, capsys: Captured, until: str, answer: str, said: str
) -> None:
    main(["attest", "--profile", "capsule"])
    answered(here / "attestations.yaml", until, answer)
    assert main(["attest", "--profile", "capsule", "--check"]) == 1
    assert said in capsys.readouterr().out


def test_check_writes_nothing(here: Path, capsys: Captured) -> None:
    assert main(["attest", "--profile", "capsule", "--check"]) == 2
    assert "apicheck attest writes it" in capsys.readouterr().err
    assert list(here.iterdir()) == []


def write_policy(folder: Path, *questions: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "openapi.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
        "paths: {/a: {get: {responses: {default: {description: d}}}}}\n"
    )
    clauses = "".join(
        f"  Q-{number}: {{actors: partner-organisation, attest: {question}}}\n"
        for number, question in enumerate(questions)
    )
    (folder / "policy.yaml").write_text(f"policy: ours\nclauses:\n{clauses or '  {}'}\n")
    return folder / "policy.yaml"


def test_the_file_is_beside_the_policy_or_where_the_target_file_says(here: Path) -> None:
    policy = write_policy(here / "p", "Is it so?")
    assert main(["attest", str(policy)]) == 0
    assert (here / "p" / "attestations.yaml").is_file()
    (here / "apicheck.toml").write_text(
        'policy = "p/policy.yaml"\nattestations = "said/by-us.yaml"\nbase_url = "http://127.0.0.1"\n'
    )
    (here / "said").mkdir()
    assert main(["attest"]) == 0
    assert (here / "said" / "by-us.yaml").is_file()


def test_a_question_that_the_policy_words_anew_is_to_be_answered_again(
    here: Path, capsys: Captured
) -> None:
    policy = write_policy(here, "Is it so?")
    main(["attest", str(policy)])
    answered(here / "attestations.yaml", "2999-12-31")
    write_policy(here, "Is it really so?", "And this?")
    assert main(["attest", str(policy)]) == 0
    said = capsys.readouterr()
    assert "of another question  Q-0: Is it really so?" in said.out
    assert "1 question added" in said.err


def test_a_policy_without_questions_says_so(here: Path, capsys: Captured) -> None:
    policy = write_policy(here)
    assert main(["attest", str(policy)]) == 0
    assert "asks no question" in capsys.readouterr().out
    assert not (here / "attestations.yaml").exists()


def test_two_policies_are_wrong_usage(here: Path) -> None:
    assert main(["attest", str(write_policy(here)), "--profile", "capsule"]) == 2
