from hypothesis import given
from hypothesis import strategies as st

from apicheck.checks.scopes._narrowing import follow, narrow

WORDS = tuple("abcdefg")


def search(words: tuple[str, ...], enough: set[str]) -> tuple[str, int]:
    """The result where each word of `enough` is enough by itself, and the number of tries."""
    results: list[bool] = []
    while not isinstance(tried := follow(narrow(words), results), str):
        results.append(bool(set(tried) & enough))
    return tried, len(results)


@given(st.sampled_from(WORDS))
def test_the_one_word_that_is_enough_is_found(word: str) -> None:
    found, tries = search(WORDS, {word})
    assert found == word
    assert tries <= 1 + 2 * 3


def test_nothing_is_found_where_nothing_is_needed() -> None:
    assert follow(narrow(WORDS), [True]) == ""


def test_words_that_are_enough_only_together_are_all_named() -> None:
    assert follow(narrow(("a", "b")), [False, False, False]) == "a, b"


def test_an_unfinished_search_says_what_it_would_try() -> None:
    assert follow(narrow(WORDS), [False]) == WORDS[:3]
