"""The pipeline of a run: load, plan, probe, judge, report."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from apicheck import __version__
from apicheck.judge import judge
from apicheck.load import find_near_scopes
from apicheck.model.difference import Comparison
from apicheck.model.errors import RunDirectoryError
from apicheck.model.exchange import Transcript
from apicheck.model.plan import Plan
from apicheck.model.results import Provenance, Results
from apicheck.model.target import Secrets
from apicheck.plan import effective_mode
from apicheck.probe import Leak, Redactor, find_unhidden, scan
from apicheck.probe.earlier import NOTHING, Earlier
from apicheck.report import FILE_NAMES, render
from apicheck.run import directory as run_directory
from apicheck.run.attesting import attach_attestations
from apicheck.run.config import Inputs, RunConfig, build_plan, load_inputs
from apicheck.run.execute import Execution, execute_plan
from apicheck.run.hold import hold
from apicheck.run.manifest import write_manifest
from apicheck.run.parts import join_parts
from apicheck.run.places import find_places
from apicheck.run.progress import Progress, Silent
from apicheck.run.reading import compare_with_earlier, read_earlier
from apicheck.run.reproduction import add_reproductions
from apicheck.run.signing import sign_run
from apicheck.signals import Stop, stop_on_signals

_LIBRARIES = ("httpcore", "hypothesis", "jsonschema-rs", "schemathesis")
_NAMED = 5
LEAKED = 5
"""Exit code of a run that has a secret in one of its own files."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run. leaks: secrets found in its own files; then the exit code is 5."""

    results: Results
    directory: Path
    files: tuple[Path, ...]
    plan: Plan
    leaks: tuple[Leak, ...] = ()

    @property
    def exit_code(self) -> int:
        """The exit code of the command that made the run."""
        return LEAKED if self.leaks else self.results.word.exit_code


def run_pipeline(config: RunConfig, progress: Progress | None = None) -> RunResult:
    """Run from the files of a configuration to the report.

    Raises an ApicheckError for mistakes in the user's files and options, and TargetUnreachable.
    The first signal ends the probing, then the run is judged and reported; so does an error, which
    is raised afterwards. A further signal exits at once.
    """
    progress = progress or Silent()
    inputs = load_inputs(config)
    plan = build_plan(inputs, config.options)
    for host, proxy in plan.target.proxies.items():
        progress.note(f"requests to {host} go through the proxy {proxy.url} ({proxy.named_by})")
    for about, words in find_near_scopes(plan.spec, plan.policy, plan.target):
        progress.note(f"{about}: {words}")
    for placeholder in find_unhidden(plan.target.secrets):
        progress.note(
            f"the secret of {placeholder[1:]} is an ordinary word, or too short: where a response"
            " holds it, the run records it as it is; test with another"
        )
    out = run_directory.create(config.out or choose_directory(inputs.profile))
    with hold(out), end_in_order(out, progress) as stop:
        provenance = build_provenance(config, inputs, plan)
        run_directory.save_documents(out, inputs)
        return play_and_report(
            config,
            plan,
            provenance,
            out,
            stop,
            progress,
            reload=lambda: load_inputs(config).target.secrets,
        )


@contextmanager
def end_in_order(out: Path, progress: Progress) -> Iterator[Stop]:
    """Make the first signal set what is given; at the second, say what becomes of the run."""
    stop = Stop()
    try:
        with stop_on_signals(stop, progress.note):
            yield stop
    except KeyboardInterrupt:
        progress.note(
            f"what was recorded is in {out}: apicheck run --resume {out} finishes the run; apicheck"
            f" judge {out} judges it and says what is left on the target, apicheck clean {out}"
            " deletes that"
        )
        raise


def play_and_report(
    config: RunConfig,
    plan: Plan,
    provenance: Provenance,
    out: Path,
    stop: Stop,
    progress: Progress,
    *,
    reload: Callable[[], Secrets],
    earlier: Earlier = NOTHING,
) -> RunResult:
    """Probe, judge and report a plan, and keep everything in a directory.

    reload: reads the secrets of the target anew. earlier: what was played before, if the run is
    resumed.
    """
    runs_before = read_earlier(config.since)
    run_directory.save_plan(out, plan, provenance)
    redactors: list[Redactor] = []
    with run_directory.open_journal(out, stop.set_because) as journal:
        execution = execute_plan(
            plan,
            progress,
            stop=stop,
            journal=journal,
            finish=lambda session: redactors.append(session.redactor),
            reload=reload,
            earlier=earlier,
        )
    new = execution.transcripts[len(earlier.over) :]
    execution = replace(
        execution,
        transcripts=join_parts((*earlier.recorded, *new), provenance.resumed),
        leftovers=(*execution.leftovers, *earlier.under_way),
    )
    if execution.failure is not None and not execution.transcripts:
        raise execution.failure
    provenance = replace(
        provenance,
        finished=now(),
        requests=execution.requests,
        interrupted=execution.interrupted,
    )
    try:
        run_directory.save_plan(out, plan, provenance, execution.preflight, execution.leftovers)
        results = judge_execution(plan, execution, provenance)
        results = attach_attestations(results, plan.policy, out)
        comparison = compare_with_earlier(results, runs_before)
        files = write_results(out, results, execution.transcripts, config.formats, comparison)
        write_manifest(out, provenance.versions, plan.options.seed)
        if config.signing_key is not None:
            files = (*files, sign_run(out, config.signing_key))
    except RunDirectoryError as error:
        raise RunDirectoryError(error.message + _name_leftovers(execution.leftovers)) from error
    published = run_directory.list_published(out)
    leaks = [leak for redactor in redactors for leak in scan(out, redactor, published)]
    if execution.failure is not None:
        words = "".join(f"; it contains a secret: {leak}" for leak in leaks)
        progress.note(f"an error ended the run early; {out} has what was recorded, judged{words}")
        raise execution.failure
    return RunResult(results, out, files, plan, tuple(leaks))


def _name_leftovers(leftovers: Sequence[str]) -> str:
    """What the run left behind, for a message in the place of a report."""
    if not leftovers:
        return ""
    more = f" and {len(leftovers) - _NAMED} more" if leftovers[_NAMED:] else ""
    return f"; left behind on the target: {'; '.join(leftovers[:_NAMED])}{more}"


def judge_execution(plan: Plan, execution: Execution, provenance: Provenance) -> Results:
    """Judge an execution, and add to each finding its shortest reproduction."""
    results = judge(
        plan, execution.transcripts, provenance, execution.preflight, execution.leftovers
    )
    return add_reproductions(results, execution.transcripts, plan.target.base_url)


def write_results(
    directory: Path,
    results: Results,
    transcripts: Sequence[Transcript],
    formats: Sequence[str],
    comparison: Comparison | None = None,
) -> tuple[Path, ...]:
    """Write results.json and the requested formats."""
    wanted = ["json", *(name for name in formats if name != "json")]
    return tuple(
        run_directory.write_rendering(
            directory, FILE_NAMES[name], render(results, transcripts, name, comparison)
        )
        for name in wanted
    )


def choose_directory(profile: str) -> Path:
    """Choose a run directory that does not exist yet, by profile and time."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    base = Path("reports") / f"{profile}-{stamp}"
    number, candidate = 1, base
    while candidate.exists():
        number, candidate = number + 1, base.with_name(f"{base.name}-{number + 1}")
    return candidate


def build_provenance(config: RunConfig, inputs: Inputs, plan: Plan) -> Provenance:
    """Say where the results of a run come from; its end is not known yet."""
    return Provenance(
        tool=f"apicheck {__version__}",
        started=now(),
        finished="",
        target=inputs.target.name,
        base_url=inputs.target.base_url,
        policy=inputs.policy.id,
        policy_version=inputs.policy.version,
        profile=inputs.profile,
        spec=f"{inputs.spec.title} {inputs.spec.version}",
        actor=inputs.policy.actor,
        mode=effective_mode(inputs.target, config.options).value,
        seed=plan.options.seed,
        requests=0,
        digests={"policy": inputs.policy.digest, "openapi": inputs.spec.digest},
        versions=_collect_versions(),
        argv=config.argv,
        signing_key=config.signing_key.public.id if config.signing_key else "",
        places=find_places(inputs, Path.cwd()),
    )


@cache
def _collect_versions() -> Mapping[str, str]:
    found = {"apicheck": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def now() -> str:
    """The time as results write it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
