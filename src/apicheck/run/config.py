"""The configuration of a run, and the inputs that it names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from apicheck.load import (
    builtin_policy,
    document_of,
    find_target,
    is_url,
    load_attestations,
    load_policy,
    load_spec,
    load_target,
    override,
    parse_spec,
    profile_dir,
    schemes_of_target,
    target_settings,
    with_base_path,
)
from apicheck.model.check import Check
from apicheck.model.errors import TargetError
from apicheck.model.json import Json
from apicheck.model.operation import Spec
from apicheck.model.plan import Options, Plan
from apicheck.model.policy import Policy
from apicheck.model.target import Identity, Minter, Target
from apicheck.plan import plan
from apicheck.plan.sketch import sketch
from apicheck.probe import discover, list_possible_capabilities
from apicheck.registry import collect
from apicheck.run.base_url import derive_base_url
from apicheck.run.fetch import FetchedDocument, fetch_document
from apicheck.run.keys import SigningKey


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The configuration of a run. A path is None when it was not given.

    spec: a file, or a URL as text; spec_token_env: the variable with a token for fetching it.
    overrides: dotted path in the target file -> value, from the command line.
    environ: variables beside those of this process. since: earlier runs, for the report.
    out: the run directory; None for one under `reports/`, named after profile and time.
    """

    profile: str = ""
    policy: Path | None = None
    spec: Path | str | None = None
    spec_token_env: str = ""
    target: Path | None = None
    overrides: Mapping[str, Json] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    out: Path | None = None
    formats: tuple[str, ...] = ("html",)
    readings: tuple[str, ...] = ()
    argv: tuple[str, ...] = ()
    signing_key: SigningKey | None = None
    attestations: Path | None = None
    since: tuple[Path, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The loaded inputs of a plan.

    policy_file None: the policy is the built-in clause sets. attestations: the file with them.
    """

    spec: Spec
    policy: Policy
    target: Target
    checks: Mapping[str, Check]
    profile: str
    spec_file: Path | FetchedDocument
    policy_file: Path | None
    attestations: Path | None = None


def load_inputs(config: RunConfig, *, without_target: bool = False) -> Inputs:
    """Load the inputs of a run. Raises what `load` raises, with every mistake at once.

    without_target: for work on the documents alone (lint); the target is then a stand-in.
    """
    named = bool(config.profile or config.policy or config.spec)
    unused = without_target and named
    target_file = config.target or (None if unused else find_target(Path.cwd()))
    settings = target_settings(target_file) if target_file else {}
    place, policy_file, profile = _find_documents(config, settings)
    merged = override(settings, config.overrides)
    spec_file = place if isinstance(place, Path) else _fetch(place, config, merged)
    spec = _load_spec(spec_file)
    overrides = dict(config.overrides)
    if "base_url" not in merged and not without_target:
        found = derive_base_url(spec, "" if isinstance(spec_file, Path) else spec_file.url)
        overrides |= {"base_url": found} if found else {}
    spec = with_base_path(spec, merged.get("base_path"))
    checks = collect()
    readings = config.readings or tuple(settings.get("readings", ()))
    if policy_file is None:
        policy = builtin_policy(spec, schemes_of_target(merged, spec))
    else:
        policy = load_policy(policy_file, spec, check_ids=_name_checks(checks), readings=readings)
    if without_target:
        target = _stand_in(merged)
    else:
        target = load_target(
            target_file,
            spec=spec,
            policy=policy,
            environ={**os.environ, **config.environ},
            overrides=overrides,
        )
        target = replace(target, readings=readings)
    attestations = config.attestations or find_attestations(config, settings)
    if attestations is not None and not without_target:
        load_attestations(attestations, policy)
    name = profile or policy.id
    return Inputs(spec, policy, target, checks, name, spec_file, policy_file, attestations)


def find_attestations(config: RunConfig, settings: Mapping[str, Json]) -> Path | None:
    """The attestations that a target file names; None where an option names another policy."""
    named = bool(config.profile or config.policy or config.spec) and config.target is None
    file = settings.get("attestations")
    return Path(file) if isinstance(file, str) and not named else None


def load_document(place: Path | str, config: RunConfig) -> Spec:
    """Load a further document, from a file or a URL. Raises SpecError."""
    if isinstance(place, str) and is_url(place):
        target_file = config.target or find_target(Path.cwd())
        settings = target_settings(target_file) if target_file else {}
        return _load_spec(_fetch(place, config, override(settings, config.overrides)))
    return _load_spec(Path(place))


def _stand_in(settings: Mapping[str, Json]) -> Target:
    """A target that nothing can be sent to: with the scopes that a target file names, no secret."""

    def find_scopes(key: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        named = settings.get(key)
        for name, one in named.items() if isinstance(named, Mapping) else ():
            if isinstance(one, Mapping) and isinstance(one.get("scopes"), list):
                yield name, tuple(map(str, one["scopes"]))

    return Target(
        name="(none)",
        base_url="http://127.0.0.1",
        identities={n: Identity(n, "", scopes=scopes) for n, scopes in find_scopes("identities")},
        minters=tuple(Minter(n, "", "", "", scopes=scopes) for n, scopes in find_scopes("mint")),
    )


def _name_checks(checks: Mapping[str, Check]) -> tuple[str, ...]:
    """Name every check, and every outcome of each, as a clause may name them."""
    outcomes = (f"{name}#{one.id}" for name, check in checks.items() for one in check.outcomes)
    return (*checks, *outcomes)


def _find_documents(
    config: RunConfig, settings: Mapping[str, Json]
) -> tuple[Path | str, Path | None, str]:
    """Find the spec's file or URL, the policy file or None, and the profile's name or ""."""
    profile = config.profile
    if not profile and config.policy is None and config.spec is None:
        profile = str(settings.get("profile", ""))
    if profile:
        folder = profile_dir(profile)
        return folder / "openapi.yaml", folder / "policy.yaml", profile
    policy_file = config.policy or (None if config.spec else settings.get("policy"))
    spec_file = config.spec or settings.get("spec")
    if policy_file is not None:
        policy_file = Path(policy_file)
        if policy_file.is_dir():
            policy_file = policy_file / "policy.yaml"
        if spec_file is None:
            spec_file = document_of(policy_file)
    if spec_file is None:
        raise TargetError(
            "no policy or document was given: name a profile (--profile canonical), a policy"
            " (--policy FILE) or a document (--spec FILE), or an apicheck.toml that names one"
        )
    if isinstance(spec_file, str) and not is_url(spec_file):
        spec_file = Path(spec_file)
    return spec_file, policy_file, ""


def _fetch(url: str, config: RunConfig, settings: Mapping[str, Json]) -> FetchedDocument:
    return fetch_document(url, settings, os.environ, config.spec_token_env)


def _load_spec(file: Path | FetchedDocument) -> Spec:
    return load_spec(file) if isinstance(file, Path) else parse_spec(file.read_text(), file.url)


def build_plan(inputs: Inputs, options: Options) -> Plan:
    """Build the plan of a run. Asks the target's control URL, if it has one, what it offers."""
    return plan(
        inputs.spec,
        inputs.policy,
        inputs.target,
        inputs.checks,
        options,
        capabilities=discover(inputs.target),
    )


def load_plan(config: RunConfig) -> Plan:
    """Load the inputs of a run and build its plan; sends nothing to the API under test."""
    return build_plan(load_inputs(config), config.options)


def sketch_plan(config: RunConfig) -> Plan:
    """Plan a run to see its subjects: nothing is drawn, and the control URL is not asked."""
    inputs = load_inputs(config)
    possible = list_possible_capabilities(inputs.target)
    return sketch(
        inputs.spec, inputs.policy, inputs.target, inputs.checks, config.options, possible
    )
