"""Whatever comes to the listener for webhooks, the run goes on, and an honest delivery counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.api import Turn, serve
from tests.torture.launcher import Launcher, write_files
from tests.torture.senders import HOOK_DOCUMENT, HOOK_POLICY, HOOK_TARGET, SENDERS, Case, Hooks

pytestmark = pytest.mark.long


@pytest.mark.parametrize("case", SENDERS, ids=lambda case: case.name)
def test_a_hostile_sender_gets_an_honest_verdict(
    case: Case, apicheck: Launcher, tmp_path: Path
) -> None:
    write_files(tmp_path, {"openapi.yaml": HOOK_DOCUMENT, "policy.yaml": HOOK_POLICY})
    hooks = Hooks(case.deliver)
    with serve(Turn.send, hooks) as target:
        write_files(tmp_path, {"apicheck.toml": HOOK_TARGET.replace("{url}", target.url)})
        ended = apicheck(tmp_path, "run", "--out", "run", "-v")
    ended.look_at_run()
    assert ended.word == case.word, ended.out + ended.err
    assert not hooks.held
