"""Judge traffic that another tool recorded: a run that sends nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from apicheck.judge import judge
from apicheck.load import load_har
from apicheck.model.errors import RecordingError
from apicheck.model.plan import Plan
from apicheck.model.recording import RecordedEntry, Recording
from apicheck.model.results import PreflightItem
from apicheck.model.target import Mode
from apicheck.model.verdict import Verdict
from apicheck.plan import plan as make_plan
from apicheck.probe import Redactor, scan
from apicheck.probe.recording import Imported, find_operation, import_recording, is_below
from apicheck.run import directory as run_directory
from apicheck.run.config import Inputs, RunConfig, load_inputs
from apicheck.run.hold import hold
from apicheck.run.manifest import write_manifest
from apicheck.run.pipeline import (
    RunResult,
    build_provenance,
    choose_directory,
    now,
    write_results,
)
from apicheck.run.reproduction import add_reproductions
from apicheck.run.signing import sign_run


def audit(config: RunConfig, file: Path, base_url: str = "") -> RunResult:
    """Judge the traffic of a HAR file by a policy, and keep everything in a run directory.

    base_url: of the API, if not that of most recorded requests to its operations. Nothing is sent,
    and no credential is needed. Raises what `load` raises.
    """
    inputs = load_inputs(config, without_target=True)
    recording = load_har(file)
    base_url = base_url.rstrip("/") or _guess_base_url(inputs, recording)
    entries = [one for one in recording.entries if is_below(one.url, base_url)]
    if not entries:
        raise RecordingError(
            f"{file} has no request to {base_url}: say where the API is, --base-url"
        )
    target = replace(inputs.target, name=file.name, base_url=base_url)
    inputs = replace(inputs, target=target)
    options = replace(config.options, recorded=True, mode=Mode.PASSIVE)
    plan = make_plan(inputs.spec, inputs.policy, target, inputs.checks, options)
    imported = import_recording(entries, base_url, plan.spec, plan.policy)
    preflight = tuple(_describe(recording, entries, imported))
    out = run_directory.create(config.out or choose_directory(f"{inputs.profile}-audit"))
    with hold(out):
        return _judge(config, inputs, plan, imported, preflight, out)


def _judge(
    config: RunConfig,
    inputs: Inputs,
    plan: Plan,
    imported: Imported,
    preflight: Sequence[PreflightItem],
    out: Path,
) -> RunResult:
    run_directory.save_documents(out, inputs)
    with run_directory.open_journal(out, lambda _: None) as journal:
        journal(imported.transcript)
    transcripts = (imported.transcript,)
    provenance = build_provenance(config, inputs, plan)
    provenance = replace(provenance, finished=now(), mode=Mode.PASSIVE.value)
    run_directory.save_plan(out, plan, provenance, preflight)
    results = judge(plan, transcripts, provenance, preflight)
    results = add_reproductions(results, transcripts, plan.target.base_url)
    files = write_results(out, results, transcripts, config.formats)
    write_manifest(out, provenance.versions, plan.options.seed)
    if config.signing_key is not None:
        files = (*files, sign_run(out, config.signing_key))
    leaks = scan(out, Redactor(imported.secrets), run_directory.list_published(out))
    return RunResult(results, out, files, plan, tuple(leaks))


def _guess_base_url(inputs: Inputs, recording: Recording) -> str:
    """The origin with most requests that are to an operation of the document."""
    counted: Counter[str] = Counter()
    for entry in recording.entries:
        parts = urlsplit(entry.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if find_operation(inputs.spec, entry, origin) is not None:
            counted[origin] += 1
    if not counted:
        raise RecordingError(
            f"{recording.file} has no request to an operation of the document: is it of this API?"
            " --base-url says where it is, without the paths of the document"
        )
    return counted.most_common(1)[0][0]


def _describe(
    recording: Recording, entries: Sequence[RecordedEntry], imported: Imported
) -> Iterator[PreflightItem]:
    """What the recording has, and what it cannot tell."""
    exchanges = imported.transcript.exchanges
    known = sum(bool(one.request.operation) for one in exchanges)
    words = f"{len(entries)} recorded requests to the API, {known} of them to its operations"
    yield PreflightItem("recording", Verdict.PASS, words)
    left_out = dict(recording.left_out)
    if elsewhere := len(recording.entries) - len(entries):
        left_out["to other hosts"] = elsewhere
    if left_out:
        reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
        yield PreflightItem("recording/left-out", Verdict.PASS, f"entries left out: {reasons}")
    if bodiless := sum(not one.complete for one in entries):
        words = f"{bodiless} responses were recorded without their body, which is not judged"
        yield PreflightItem("recording/bodies", Verdict.INCONCLUSIVE, words)
    if not imported.secrets.values:
        words = "no credential was recorded: whether responses repeat one is not known"
        yield PreflightItem("recording/credentials", Verdict.INCONCLUSIVE, words)
