"""The skeleton of a new check: every file that it needs, with REPLACE where its author writes.

`draw_up` reads the project and returns what there is to write; `write` writes it. A skeleton is
legal for the linters and the type checker at once. `apicheck.pages.verify` refuses its page until
no REPLACE is left.
"""

from apicheck.scaffold.facts import PLACES_OF_A_FACT
from apicheck.scaffold.project import Checkout, Package, find_project
from apicheck.scaffold.skeleton import Kind, Skeleton, draw_up, write

__all__ = [
    "PLACES_OF_A_FACT",
    "Checkout",
    "Kind",
    "Package",
    "Skeleton",
    "draw_up",
    "find_project",
    "write",
]
