"""Files and the environment as typed values; every mistake of a file at once.

Loading says what is written. Which limit or which security applies is decided later.
"""

from apicheck.load.openapi import load_spec, parse_spec, spec_from
from apicheck.load.policy import builtin_policy, facts_from, load_policy
from apicheck.load.profiles import clause_set_names, profile_dir, profile_names

__all__ = [
    "builtin_policy",
    "clause_set_names",
    "facts_from",
    "load_policy",
    "load_spec",
    "parse_spec",
    "profile_dir",
    "profile_names",
    "spec_from",
]
