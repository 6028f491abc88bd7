"""Whatever stands in a file, a command reads it in time, or says in a sentence why it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.files import FILES, GOOD, Case
from tests.torture.launcher import Launcher, write_files

pytestmark = pytest.mark.long


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_a_hostile_file_is_read_or_refused(case: Case, apicheck: Launcher, tmp_path: Path) -> None:
    write_files(tmp_path, GOOD)
    case.make(tmp_path / case.file)
    for command in ("lint", "plan"):
        ended = apicheck(tmp_path, command)
        ended.look()
        assert ended.code in case.codes, ended.err
        assert bool(ended.err) == (ended.code != 0)
    assert not (tmp_path / "evil").exists()


def test_every_file_has_a_name_of_its_own() -> None:
    assert len({case.name for case in FILES}) == len(FILES)
