import tomllib

import pytest

from apicheck.model.exchange import Exchange, Request, Response, Role
from apicheck.model.operation import Operation
from apicheck.model.subject import Recipe
from apicheck.model.verdict import Inconclusive, NotTested
from apicheck.requests.explain import explain_refusals

LEND = Operation("lend", "POST", "/loans", "")
READ = Operation("read", "GET", "/loans/{id}", "")


def refused(*statuses: int, body: bytes = b'{"title": "no"}') -> list[tuple[str, Exchange]]:
    return [
        (words, Exchange("1", Request("GET", "/"), Response(s, (), body), None, 0, 1, Role.CONTROL))
        for words, s in zip(("", "with new objects"), statuses, strict=False)
    ]


def test_each_attempt_is_told_once_in_the_words_of_the_server() -> None:
    why = explain_refusals(LEND, Recipe("lend"), refused(404, 409))
    assert '404: {"title": "no"}; with new objects: 409' in why.reason
    alike = explain_refusals(LEND, Recipe("lend"), refused(409, 409))
    assert alike.reason.count("409") == 1


@pytest.mark.parametrize("status", [400, 409, 422])
def test_the_remedy_for_a_refused_body_is_a_body(status: int) -> None:
    recipe = Recipe("lend", body={}, media_type="application/json")
    why = explain_refusals(LEND, recipe, refused(status))
    assert isinstance(why, NotTested)
    assert tomllib.loads(why.remedy) == {"fixtures": {"lend": {"body": {}}}}


def test_the_remedy_for_an_unknown_id_is_an_id() -> None:
    why = explain_refusals(READ, Recipe("read"), refused(404))
    assert isinstance(why, NotTested)
    assert tomllib.loads(why.remedy) == {"fixtures": {"id": "an existing one"}}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_target_in_trouble_needs_no_other_values(status: int) -> None:
    assert isinstance(explain_refusals(READ, Recipe("read"), refused(status)), Inconclusive)
