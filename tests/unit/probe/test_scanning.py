import json
from pathlib import Path

import pytest

from apicheck.model.target import Secrets
from apicheck.probe import Redactor, scan

SECRET = "k3y9Zq7Lm2xW5tR8"
NAME = "$APICHECK_ADMIN_TOKEN"


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"target": {"headers": {"X-Key": SECRET}}}, "(it was written into the target file"),
        ({"target": {"name": "a"}, "drawn": {"x": [SECRET]}}, "(apicheck sends the same text"),
        ({"target": {"headers": SECRET}, "drawn": {"x": [SECRET]}}, "(it was written into"),
        ([SECRET], "plan.json"),
    ],
)
def test_a_secret_in_the_plan_is_explained(plan: object, words: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan, indent=1))
    (leak,) = scan(tmp_path, Redactor(Secrets({NAME: SECRET})))
    assert f"that of {NAME} in plan.json" in str(leak)
    assert words in str(leak)


def test_a_secret_in_another_file_is_named_with_it(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(f"<p>{SECRET}</p>")
    (tmp_path / "journal.ndjson").write_text(f'{{}}\n{{"a": "{SECRET[2:15]}"}}\n')
    assert [str(leak) for leak in scan(tmp_path, Redactor(Secrets({NAME: SECRET})))] == [
        f"a piece of that of {NAME} in journal.ndjson",
        f"that of {NAME} in report.html",
    ]
