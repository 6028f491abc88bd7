import pytest

from apicheck.authoring import ExpectedResponse, StatusSet, order
from apicheck.model.facts import Facts

ORDERED = Facts(order=(("credential",), ("scope",), ("media", "body"), ("object",)))
FORBIDDEN, ABSENT = ExpectedResponse(StatusSet(("403",))), ExpectedResponse(StatusSet(("404",)))


@pytest.mark.parametrize(
    ("stages", "decides"),
    [
        (("object", "scope"), "scope"),
        (("scope",), "scope"),
        (("media", "object", "body"), None),
        (("credential", "media", "body"), "credential"),
        (("scope", "rate"), None),
        ((), None),
    ],
)
def test_the_earliest_stage_decides_where_the_order_says_which_it_is(
    stages: tuple[str, ...], decides: str | None
) -> None:
    assert order.deciding_stage(ORDERED, stages) == decides


def test_without_an_order_nothing_decides() -> None:
    assert order.deciding_stage(Facts(), ("scope", "object")) is None


def test_the_refusal_is_that_of_the_wrong_which_is_noticed_first() -> None:
    wrongs = {"object": ABSENT, "scope": FORBIDDEN}
    assert order.expected_refusal(ORDERED, wrongs) == FORBIDDEN
    assert order.expected_refusal(Facts(), wrongs) is None
    assert order.expected_refusal(ORDERED, {"object": ABSENT, "scope": None}) is None
