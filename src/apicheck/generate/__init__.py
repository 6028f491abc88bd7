"""Values that no table lists: drawn by Hypothesis, or made by schemathesis.

Both libraries are imported only when a value has to be drawn.
"""

from apicheck.generate.drawing import DRAWN_FOR_EACH, MOST_DRAWN, draw, strategy
from apicheck.generate.hypothesis_runner import find_simplest
from apicheck.generate.schemathesis_adapter import draw_body
from apicheck.generate.texts import draw_text

__all__ = [
    "DRAWN_FOR_EACH",
    "MOST_DRAWN",
    "draw",
    "draw_body",
    "draw_text",
    "find_simplest",
    "strategy",
]
