"""Attestations in a whole run: in its directory, its report and beside its word."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from apicheck.cli import main
from apicheck.testing import Server

TEXT = """\
policy: emitrr
attestations:
  EM-1-1:
    question: Was this policy accepted for your organisation? By whom, when, and in which version?
    answer: no
    by: Ada
    role: lawyer
    date: 2026-01-02
    valid_until: 2999-12-31
    evidence: the contract is not signed yet
"""


def test_a_run_keeps_what_was_attested_and_its_word_is_the_same(
    apicheck_server: Callable[[str], Server], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = apicheck_server("emitrr")
    told = ("--profile", "emitrr", "--target", str(server.target_file), "--select", "auth/public")
    out, file = tmp_path / "run", tmp_path / "said.yaml"
    file.write_text(TEXT)
    main(["attest", "--profile", "emitrr", "--file", str(file)])
    code = main(["run", *told, "--out", str(out), "--attestations", str(file)])
    bare = main(["run", *told, "--out", str(tmp_path / "bare")])
    said = capsys.readouterr().out
    denial = (
        "EM-1-1 is not kept, attests Ada, lawyer, on 2026-01-02: the contract is not signed yet"
    )
    assert code == bare
    assert denial in said
    assert (out / "attestations.yaml").read_bytes() == file.read_bytes()
    results = json.loads((out / "results.json").read_text())
    assert results["attestations"][0]["answer"] == "no"
    assert results["verdict"] == json.loads((tmp_path / "bare/results.json").read_text())["verdict"]
    assert "attestations.yaml" in json.loads((out / "manifest.json").read_text())["files"]
    assert denial in (out / "report.html").read_text()

    assert main(["judge", str(out)]) == code
    assert denial in capsys.readouterr().out
    file.write_text(file.read_text().replace("answer: no", "answer: yes"))
    assert main(["judge", str(out), "--attestations", str(file)]) == code
    assert denial not in capsys.readouterr().out
    with (out / "attestations.yaml").open("a") as copy:
        copy.write("# changed\n")
    assert main(["judge", str(out)]) == 2
