"""Reads files and the environment into typed values, and reports all mistakes of a file at once.

Loading keeps what is written. Planning decides which limit or which security applies.
"""

from apicheck.load.attestations import add_questions, load_attestations
from apicheck.load.base_path import with_base_path
from apicheck.load.baseline import load_baseline
from apicheck.load.har import load_har
from apicheck.load.mistakes import schema as published_schema
from apicheck.load.near_scopes import find_near_scopes
from apicheck.load.openapi import load_spec, parse_spec, read_spec, saved_document
from apicheck.load.policy import (
    builtin_policy,
    document_of,
    facts_from,
    included_files,
    load_policy,
)
from apicheck.load.profiles import clause_set_names, profile_dir, profile_names
from apicheck.load.proxies import read_proxies
from apicheck.load.references import BROKEN
from apicheck.load.schemes import schemes_of_target
from apicheck.load.selectors import find_selector_error
from apicheck.load.servers import read_servers
from apicheck.load.signatures import find_signature_mistakes
from apicheck.load.target import load_target, override
from apicheck.load.target_file import find_target, is_url, target_settings
from apicheck.load.walk import unit_of

__all__ = [
    "BROKEN",
    "add_questions",
    "builtin_policy",
    "clause_set_names",
    "document_of",
    "facts_from",
    "find_near_scopes",
    "find_selector_error",
    "find_signature_mistakes",
    "find_target",
    "included_files",
    "is_url",
    "load_attestations",
    "load_baseline",
    "load_har",
    "load_policy",
    "load_spec",
    "load_target",
    "override",
    "parse_spec",
    "profile_dir",
    "profile_names",
    "published_schema",
    "read_proxies",
    "read_servers",
    "read_spec",
    "saved_document",
    "schemes_of_target",
    "target_settings",
    "unit_of",
    "with_base_path",
]
