from hypothesis import given
from hypothesis import strategies as st

from apicheck.checks.scopes._narrowing import followed, narrowed

WORDS = tuple("abcdefg")


def searched(words: tuple[str, ...], enough: set[str]) -> tuple[str, int]:
    """What is found where holding any word of `enough` is enough, and in how many tries."""
    answers: list[bool] = []
    while not isinstance(tried := followed(narrowed(words), answers), str):
        answers.append(bool(set(tried) & enough))
    return tried, len(answers)


@given(st.sampled_from(WORDS))
def test_the_one_word_that_is_enough_is_found(word: str) -> None:
    found, tries = searched(WORDS, {word})
    assert found == word
    assert tries <= 1 + 2 * 3


def test_nothing_is_found_where_nothing_is_needed() -> None:
    assert followed(narrowed(WORDS), [True]) == ""


def test_words_that_are_enough_only_together_are_all_named() -> None:
    assert followed(narrowed(("a", "b")), [False, False, False]) == "a, b"


def test_an_unfinished_search_says_what_it_would_try() -> None:
    assert followed(narrowed(WORDS), [False]) == WORDS[:3]
