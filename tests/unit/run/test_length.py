"""What a run says beforehand of the time that it takes."""

from types import SimpleNamespace
from typing import cast

import pytest

from apicheck.model.plan import Plan
from apicheck.model.subject import SubjectKind
from apicheck.run import Silent
from apicheck.run.execute import _note_length


class Heard(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.mark.parametrize(
    ("seconds", "kind", "said", "how"),
    [
        (12.0, SubjectKind.BUCKET, False, False),
        (963.4, SubjectKind.BUCKET, True, True),
        (60.0, SubjectKind.OPERATION, True, False),  # it stays below a limit, and tests none
    ],
)
def test_a_long_run_says_so_and_how_to_wait_less_where_that_is_possible(
    seconds: float, kind: SubjectKind, said: bool, how: bool
) -> None:
    probe = SimpleNamespace(subject=SimpleNamespace(kind=kind))
    plan = SimpleNamespace(estimate=SimpleNamespace(seconds=seconds), probes=(probe,))
    heard = Heard()
    _note_length(cast("Plan", plan), heard)
    text = "".join(heard.notes)
    assert (f"may take {seconds:.0f} s" in text) is said
    assert ("--ignore; in pytest, -k 'not ratelimit'" in text) is how
