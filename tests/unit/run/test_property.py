from hypothesis import strategies as st

from apicheck.run.property import shrink

TEXT = st.text(st.sampled_from("abcX%"), min_size=1, max_size=40)


def test_a_failing_string_is_cut_to_its_cause() -> None:
    assert shrink(TEXT, "abcaXbc%abXc", lambda value: "%" in value, max_examples=100) == "%"


def test_a_value_that_the_strategy_rarely_draws_is_also_cut_down() -> None:
    wanted = "%X%X%"
    found = shrink(st.just("a"), f"abc{wanted}abc", lambda v: wanted in v, max_examples=100)
    assert found == wanted


def test_each_value_is_tested_once_and_within_the_budget() -> None:
    tested: list[str] = []

    def fails(value: str) -> bool:
        tested.append(value)
        return len(value) > 3

    shrink(TEXT, "abcabcabcabc", fails, max_examples=15)
    assert len(tested) == len(set(tested)) <= 15


def test_a_server_with_changing_verdicts_does_not_break_the_loop() -> None:
    verdicts = iter([True, False] * 500)
    value = shrink(TEXT, "abc%", lambda _: next(verdicts), max_examples=50)
    assert isinstance(value, str)


def test_a_near_miss_never_becomes_the_valid_credential() -> None:
    tested: list[str] = []

    def fails(value: str) -> bool:
        tested.append(value)
        return False

    for near in ("$APICHECK_ADMIN_TOKEN~append(%)", "$APICHECK_ADMIN_TOKEN[:-1]"):
        assert shrink(st.just(near), near, fails, max_examples=20) == near
    assert tested == ["%"]


def test_the_part_that_a_near_miss_adds_is_tried_alone() -> None:
    for near in ("$APICHECK_ADMIN_TOKEN~append(%)", "$APICHECK_ADMIN_TOKEN[:3]%_"):
        assert shrink(st.just(near), near, lambda v: "%" in v, max_examples=20) == "%"


def test_a_failing_object_loses_members_and_its_strings_shrink() -> None:
    failing = {"a": "xx%xx", "b": [1, 2, 3]}
    found = shrink(st.just(failing), failing, lambda v: "%" in v.get("a", ""), max_examples=100)
    assert found == {"a": "%"}
