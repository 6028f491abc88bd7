"""A seam calls what is in force in its context, and is otherwise the function that it was."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from reference_server.seam import Replacements, combine, in_force, seam

Greet = Callable[[str], str]


@seam
def greet(name: str) -> str:
    """Say hello."""
    return f"hello {name}"


def shout(honest: Greet, name: str) -> str:
    return honest(name).upper()


def repeat(honest: Greet, name: str) -> str:
    return f"{honest(name)}, {honest(name)}"


LOUD: Replacements = {greet: shout}
TWICE: Replacements = {greet: repeat}


def test_without_a_fault_the_honest_function_is_called() -> None:
    assert greet("ada") == greet(name="ada") == "hello ada"


def test_a_seam_keeps_the_name_and_the_docstring_of_its_function() -> None:
    assert (greet.__name__, greet.__doc__) == ("greet", "Say hello.")


def test_a_replacement_is_given_the_honest_function_and_every_argument() -> None:
    with in_force(combine([LOUD])):
        assert greet("ada") == "HELLO ADA"
        assert greet(name="ada") == "HELLO ADA"


def test_the_honest_function_is_back_when_the_context_ends() -> None:
    with pytest.raises(KeyError), in_force(combine([LOUD])):
        raise KeyError
    assert greet("ada") == "hello ada"


def test_of_two_replacements_of_a_seam_the_later_is_given_the_earlier() -> None:
    with in_force(combine([LOUD, TWICE])):
        assert greet("ada") == "HELLO ADA, HELLO ADA"
    with in_force(combine([{greet: lambda honest, name: f"{honest(name)}!"}, LOUD])):
        assert greet("ada") == "HELLO ADA!"


def test_an_inner_context_ends_before_the_outer() -> None:
    with in_force(combine([LOUD])):
        with in_force(combine([])):
            assert greet("ada") == "hello ada"
        assert greet("ada") == "HELLO ADA"


def test_another_thread_is_not_concerned() -> None:
    heard: list[str] = []
    with in_force(combine([LOUD])):
        thread = threading.Thread(target=lambda: heard.append(greet("ada")))
        thread.start()
        thread.join()
    assert heard == ["hello ada"]


def test_tasks_that_take_turns_keep_their_own_replacements() -> None:
    async def visit(replacements: Replacements, here: asyncio.Event, there: asyncio.Event) -> str:
        with in_force(combine([replacements])):
            here.set()
            await there.wait()
            return greet("ada")

    async def both() -> list[str]:
        first, second = asyncio.Event(), asyncio.Event()
        return await asyncio.gather(visit(LOUD, first, second), visit(TWICE, second, first))

    assert asyncio.run(both()) == ["HELLO ADA", "hello ada, hello ada"]
