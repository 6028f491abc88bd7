"""Whatever surrounds the command, its run ends with a documented code, and leaves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.torture.api import DOCUMENT, POLICY, TARGET, TOKEN, serve
from tests.torture.launcher import PATIENCE_S, write_files

pytestmark = pytest.mark.long
BUGS = ("Traceback (most recent", "this is a bug", "Exception ignored", "Errno")


@dataclass(frozen=True, slots=True)
class Case:
    """Surroundings of `apicheck run`: `"$@"` in a line of the shell.

    codes: with which the line may exit. says: what stands on stderr. saved: whether there are
    results.
    """

    name: str
    line: str = '"$@"'
    environ: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[int, ...] = (0,)
    says: str = ""
    saved: bool = True


SURROUNDINGS = (
    Case("ascii", environ={"PYTHONIOENCODING": "ascii"}),
    Case("cp1252", environ={"PYTHONIOENCODING": "cp1252"}),
    Case("latin-1-strict", environ={"PYTHONIOENCODING": "latin-1:strict"}),
    Case("utf-16", environ={"PYTHONIOENCODING": "utf-16"}),
    Case("c-locale", environ={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    Case("an-unknown-locale", environ={"LC_ALL": "xx_YY.KOI9"}),
    Case("no-variables", 'env -i THINGS_TOKEN="$THINGS_TOKEN" PYTHONPATH="$PYTHONPATH" "$@"'),
    Case("no-columns", environ={"COLUMNS": "0"}),
    Case("one-column", environ={"COLUMNS": "1", "LINES": "1"}),
    Case("columns-that-are-none", environ={"COLUMNS": "\u00b2", "LINES": "-1"}),
    Case("a-dumb-terminal", environ={"TERM": "dumb"}),
    Case("an-unknown-terminal", environ={"TERM": "\x1b[31m"}),
    Case("warnings-are-errors", environ={"PYTHONWARNINGS": "error"}),
    Case("closed-stdin", '"$@" <&-'),
    Case("closed-stdout", '"$@" >&-'),
    Case("closed-stderr", '"$@" 2>&-'),
    Case("all-closed", '"$@" <&- >&- 2>&-'),
    Case("full-stdout", '"$@" >/dev/full', codes=(0, 2), says="cannot write to stdout"),
    Case("full-stderr", '"$@" 2>/dev/full'),
    Case("a-reader-that-leaves", '"$@" | head -1'),
    Case("a-reader-of-both-that-leaves", '"$@" 2>&1 | head -1'),
    Case("a-reader-that-never-reads", '"$@" | true'),
    Case("40-descriptors", 'ulimit -n 40; "$@"'),
    Case("18-descriptors", 'ulimit -n 18; "$@"', codes=(0, 2, 3, 4)),
    Case(
        "files-of-20-kilobytes",
        'ulimit -f 20; "$@"',
        codes=(2,),
        says="File too large",
        saved=False,
    ),
    Case("files-of-nothing", 'ulimit -f 0; "$@"', codes=(2,), says="File too large", saved=False),
    Case("no-permissions", 'umask 0777; "$@"', codes=(0, 2)),
    Case("no-temporary-folder", environ={"TMPDIR": "/nowhere"}),
    Case("no-home", environ={"HOME": "/nowhere"}),
    Case(
        "a-folder-that-is-gone",
        'mkdir gone && cd gone && rmdir ../gone && "$@" --policy ../policy.yaml',
        codes=(2,),
        says="the working directory does not exist",
        saved=False,
    ),
    Case("an-out-of-spaces", '"$@" --out " "', saved=False),
    Case("an-out-of-dashes", '"$@" --out=--out', saved=False),
    Case("an-out-of-escapes", '"$@" --out "$(printf "\\033[31m")"', saved=False),
    Case("an-out-of-bytes", '"$@" --out "$(printf "o\\377")"', codes=(0, 2), saved=False),
    Case("an-out-that-is-a-file", '"$@" --out policy.yaml', codes=(2,), saved=False),
    Case("an-out-below-a-file", '"$@" --out policy.yaml/run', codes=(2,), saved=False),
    Case("an-out-in-dev-null", '"$@" --out /dev/null', codes=(2,), saved=False),
    Case("an-out-of-300-letters", f'"$@" --out {"o" * 300}', codes=(2,), saved=False),
    Case("an-out-in-proc", '"$@" --out /proc/run', codes=(2,), saved=False),
    Case("no-token", 'unset THINGS_TOKEN; "$@"', codes=(2,), says="THINGS_TOKEN", saved=False),
    Case(
        "a-token-of-bytes",
        'THINGS_TOKEN="$(printf "a\\377b\\001")" "$@"',
        codes=(2, 3, 4),
        saved=False,
    ),
    Case("an-empty-proxy", environ={"HTTP_PROXY": "", "ALL_PROXY": " "}),
    Case("a-proxy-that-is-none", environ={"HTTP_PROXY": "http://[::1", "NO_PROXY": "\u00b2,,*"}),
)


@pytest.mark.parametrize("case", SURROUNDINGS, ids=lambda case: case.name)
def test_odd_surroundings_spoil_no_run(case: Case, tmp_path: Path) -> None:
    write_files(tmp_path, {"openapi.yaml": DOCUMENT, "policy.yaml": POLICY})
    command = [sys.executable, "-m", "apicheck", "run"]
    if "--out" not in case.line:
        command += ["--out", "run"]
    with serve() as target:
        write_files(tmp_path, {"apicheck.toml": TARGET.replace("{url}", target.url)})
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {case.line}", "bash", *command],
            cwd=tmp_path,
            env={**os.environ, "THINGS_TOKEN": TOKEN, **case.environ},
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    said = done.stderr.decode("utf-8", "replace") + done.stdout.decode("utf-8", "replace")
    assert done.returncode in case.codes, said
    assert case.says in said
    assert not [bug for bug in BUGS if bug in said], said
    assert not target.things.held
    if case.saved:
        assert (tmp_path / "run" / "results.json").is_file()
