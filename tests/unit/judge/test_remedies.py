from __future__ import annotations

import tomllib

import pytest

from apicheck.judge.remedies import Remedies


def test_a_key_that_several_remedies_name_stands_once() -> None:
    merged = Remedies("/a/staging.toml").merge(
        [
            '[fixtures]\nowner = "an existing one"\nname = "an existing one"',
            '[fixtures]\nname = "an existing one"',
            '[safety]\nmode = "full"',
            '[fixtures]\nid = "an existing one"',
        ]
    )
    assert merged.startswith("# in staging.toml:\n")
    known = "an existing one"
    assert tomllib.loads(merged) == {
        "fixtures": {"owner": known, "name": known, "id": known},
        "safety": {"mode": "full"},
    }


def test_another_value_of_a_key_is_an_alternative() -> None:
    merged = Remedies("").merge(['[safety]\nmode = "refusals"', '[safety]\nmode = "full"'])
    assert tomllib.loads(merged) == {"safety": {"mode": "refusals"}}
    assert '# or: mode = "full"' in merged
    assert merged.startswith("# in apicheck.toml:\n")


def test_the_lines_of_all_tasks_together_are_toml() -> None:
    remedies = Remedies("apicheck.toml")
    first = remedies.merge(['[fixtures]\na = "1"', '[identities.x]\ntoken_env = "X"'])
    second = remedies.merge(['[fixtures]\na = "1"\nb = "2"', '[safety]\nmode = "full"'])
    assert '# below [fixtures]: b = "2"' in second
    assert tomllib.loads(f"{first}\n{second}") == {
        "fixtures": {"a": "1"},
        "identities": {"x": {"token_env": "X"}},
        "safety": {"mode": "full"},
    }


@pytest.mark.parametrize("name", ["filter[id]", "user.id", "$top", "größe", "a b"])
def test_a_name_that_is_no_bare_key_is_quoted(name: str) -> None:
    merged = Remedies("").merge([f'[fixtures]\n{name} = "an existing one"'])
    assert tomllib.loads(merged) == {"fixtures": {name: "an existing one"}}


def test_a_sentence_is_a_comment() -> None:
    merged = Remedies("").merge(["start the server with its log on", "# as it is"])
    assert merged == "# start the server with its log on\n# as it is"


def test_keys_of_no_table_stand_above_the_first_table() -> None:
    merged = Remedies("").merge(['[safety]\nmode = "full"', 'base_url = "https://a.example"'])
    assert tomllib.loads(merged)["base_url"] == "https://a.example"


def test_without_a_remedy_there_are_no_lines() -> None:
    assert not Remedies("").merge([])
