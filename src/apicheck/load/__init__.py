"""Files and the environment as typed values; every mistake of a file at once.

Loading says what is written. Which limit or which security applies is decided later.
"""

from apicheck.load.openapi import load_spec, parse_spec, read_spec
from apicheck.load.policy import (
    builtin_policy,
    document_of,
    facts_from,
    included_files,
    load_policy,
)
from apicheck.load.profiles import clause_set_names, profile_dir, profile_names
from apicheck.load.target import load_target
from apicheck.load.target_file import find_target, target_settings

__all__ = [
    "builtin_policy",
    "clause_set_names",
    "document_of",
    "facts_from",
    "find_target",
    "included_files",
    "load_policy",
    "load_spec",
    "load_target",
    "parse_spec",
    "profile_dir",
    "profile_names",
    "read_spec",
    "target_settings",
]
