"""From operations to requests that work, and from strategies to values that nobody listed.

Hypothesis and schemathesis are imported only when something has to be drawn.
"""

from apicheck.generate.drawing import OF_EACH, draw, strategy
from apicheck.generate.requests import recipes

__all__ = ["OF_EACH", "draw", "recipes", "strategy"]
