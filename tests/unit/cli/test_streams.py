from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def shell(line: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """What a line of a shell gives; `apicheck` in it is this one."""
    command = f'apicheck() {{ {sys.executable} -m apicheck "$@"; }}; set -o pipefail; {line}'
    exported = "".join(f"export {name}={value}; " for name, value in environ.items())
    return subprocess.run(
        ["bash", "-c", exported + command], cwd=cwd, capture_output=True, check=False
    )


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii", "cp437", "utf-16"])
def test_any_encoding_gets_a_result_that_can_be_read(encoding: str, tmp_path: Path) -> None:
    said = shell("apicheck explain scopes/near-miss", tmp_path, PYTHONIOENCODING=encoding)
    assert said.returncode == 0, said.stderr
    assert "scopes/near-miss" in said.stdout.decode(encoding)
    assert not said.stderr


def test_a_sign_that_an_encoding_lacks_is_written_plainly(tmp_path: Path) -> None:
    code = (
        "from apicheck.cli.streams import prepare_streams; finish = prepare_streams()\n"
        "print('✓ fine \u2026 \ud800 \u4e00'); finish()"
    )
    (tmp_path / "print.py").write_bytes(code.encode("utf-8", "backslashreplace"))
    said = shell(f"{sys.executable} print.py", tmp_path, PYTHONIOENCODING="ascii")
    assert said.stdout == b"+ fine ... \\ud800 \\u4e00\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("apicheck checks | head -1", 0),
        ("apicheck checks 2>&1 | head -1", 0),
        ("apicheck checks >&-", 0),
        ("apicheck checks >&- 2>&-", 0),
        ("apicheck checks 2>/dev/full", 0),
        ("apicheck checks <&-", 0),
        ("apicheck nothing 2>&-", 2),
        ("apicheck nothing 2>/dev/full", 2),
        ("apicheck checks >/dev/full", 2),
        ("apicheck --help >/dev/full", 2),
    ],
)
def test_the_exit_code_is_that_of_the_command(line: str, code: int, tmp_path: Path) -> None:
    said = shell(line, tmp_path)
    assert said.returncode == code
    expected = b"apicheck: cannot write to stdout: No space left on device\n"
    assert said.stderr == (expected if ">/dev/full" in line and "2>" not in line else b"")


@pytest.mark.parametrize("command", ["run", "plan", "lint --spec x.yaml", "new-check a/b"])
def test_a_working_directory_that_is_gone_gets_a_sentence(command: str, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    said = shell(f"cd gone; rmdir ../gone; apicheck {command}", tmp_path)
    assert said.returncode == 2
    assert b"apicheck: " in said.stderr or b"Usage" in said.stderr
    assert b"bug" not in said.stderr
    assert b"Traceback" not in said.stderr
