"""Test an API from a project's own tests: run its policy or a part of it, assert on the results.

    run = check("apicheck.toml", select=("auth/*",))
    run.assert_conformant()

The pytest plugin offers the same as fixtures, `apicheck_run` and `apicheck_server`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from apicheck.load import is_url, profile_dir
from apicheck.model.exchange import Transcript
from apicheck.model.json import Json
from apicheck.model.plan import Options
from apicheck.model.results import CheckResult, Finding, Results
from apicheck.model.target import Mode
from apicheck.model.verdict import RunWord, Verdict
from apicheck.promises import describe_finding
from apicheck.run import (
    Application,
    Progress,
    ReceiverTarget,
    RunConfig,
    Server,
    load_saved,
    promise_of_provider,
    promise_of_scheme,
    reference_server,
    run_pipeline,
    run_receiver,
    serve_application,
)

_SECRET = "APICHECK_GIVEN_SECRET"
_TOKEN = "APICHECK_GIVEN_TOKEN"

__all__ = ["Run", "Server", "check", "check_receiver", "server"]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run. directory: the folder of its files."""

    results: Results
    directory: Path
    files: tuple[Path, ...] = field(default=())

    @property
    def word(self) -> RunWord:
        """The run's one word; quote it only together with `results.word.scope`."""
        return self.results.word.word

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, one for each cause, the most severe first."""
        return self.results.findings

    def verdicts(self, check_id: str) -> Mapping[str, Verdict]:
        """Subject -> verdict of one check."""
        return {
            item.subject: item.verdict for item in self.results.checks if item.check == check_id
        }

    def outcomes(self) -> frozenset[tuple[str, str]]:
        """(check, outcome) of every failure."""
        return frozenset((item.check, item.outcome) for item in self.findings)

    def transcripts(self) -> tuple[Transcript, ...]:
        """Everything that the run sent and received, with secrets replaced."""
        return load_saved(self.directory)[1]

    def assert_conformant(self) -> None:
        """Raise AssertionError with every finding, and every check that could not decide.

        A clause that was not tested is no failure: `results.tasks` says what it needs. But a run
        in which nothing passed shows nothing, and is a failure.
        """
        __tracebackhide__ = True  # of pytest: what was found says more than these lines
        complaints = [*map(describe_finding, self.findings), *map(_describe, self._undecided())]
        if not complaints and not any(r.verdict is Verdict.PASS for r in self.results.checks):
            complaints = [f"the run tested nothing: {self.results.word.why}"]
        if complaints:
            where = f"`apicheck report {self.directory}` renders the report of this run"
            raise AssertionError("\n\n".join((*complaints, where)))

    def _undecided(self) -> tuple[CheckResult, ...]:
        wanted = (Verdict.ERROR, Verdict.INCONCLUSIVE)
        return tuple(item for item in self.results.checks if item.verdict in wanted)


def _describe(result: CheckResult) -> str:
    return f"{result.check} on {result.subject}: {result.verdict.value}: {result.reason}"


def check(  # noqa: PLR0913  (one for each choice of a test; all have a default)
    target: str | Path | None = None,
    *,
    profile: str = "",
    policy: str | Path | None = None,
    spec: str | Path | None = None,
    base_url: str = "",
    app: Application | None = None,
    token: str = "",
    select: tuple[str, ...] = (),
    clauses: tuple[str, ...] = (),
    operations: tuple[str, ...] = (),
    seed: int = 1,
    draws: int = 20,
    max_requests: int | None = None,
    options: Options | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Run:
    """Test an API against its policy, or against a part of it.

    target: the target file; without one, `base_url` or `app`, and a policy, document or profile.
    app: an ASGI or WSGI application, which is served from a thread of this process meanwhile;
    `spec` may then be the path at which it serves its document ("/openapi.json"). token: of the
    caller, in place of the identities of the target file.
    select: check ids or families. draws: how many values a check draws. options: replaces all
    single ones. out: the run directory; a temporary one when None. progress: hears how far it is.
    Raises ApicheckError when policy, document or target cannot be used, TargetUnreachable when
    the target does not respond.
    """
    chosen = options or Options(
        select=select,
        clauses=clauses,
        operations=operations,
        seed=seed,
        draws=draws,
        max_requests=max_requests,
    )
    with ExitStack() as stack:
        url = base_url if app is None else stack.enter_context(serve_application(app))
        overrides: dict[str, Json] = {"base_url": url} if url else {}
        overrides |= {"identities": {"token": {"token_env": _TOKEN}}} if token else {}
        config = RunConfig(
            profile=profile,
            policy=Path(policy) if policy else None,
            spec=_locate_spec(spec, url if app is not None else ""),
            target=Path(target) if target else None,
            overrides=overrides,
            options=chosen,
            out=Path(out) if out else Path(tempfile.mkdtemp(prefix="apicheck-")) / "run",
            formats=(),
            environ={_TOKEN: token} if token else {},
        )
        result = run_pipeline(config, progress)
    return Run(result.results, result.directory, result.files)


def _locate_spec(spec: str | Path | None, app_url: str) -> str | Path | None:
    """The place of a document: a URL, a file, or a path of the application that serves it."""
    if not isinstance(spec, str) or is_url(spec):
        return spec
    served = app_url and spec.startswith("/") and not Path(spec).exists()
    return f"{app_url}{spec}" if served else Path(spec)


def check_receiver(  # noqa: PLR0913  (one for each choice of a test; all have a default)
    receiver: str | Application,
    path: str = "/",
    *,
    secret: str = "",
    scheme: str = "",
    params: Mapping[str, str] = {},
    profile: str = "",
    policy: str | Path | None = None,
    events: tuple[str, ...] = (),
    secret_env: str = "",
    other_secret_env: str = "",
    load: bool = False,
    effects: str = "",
    target: str | Path | None = None,
    select: tuple[str, ...] = (),
    timeout_s: float = 10.0,
    out: Path | None = None,
) -> Run:
    """Test a receiver of webhooks: what it accepts, and what it must refuse.

    receiver: the URL to which deliveries go; or an ASGI or WSGI application, which is served
    meanwhile, and the path to which they go. secret: with which they are signed; or secret_env, the
    variable that holds it; or a target file that names it. other_secret_env: the variable with the
    secret of another tenant, which must sign nothing. load: send many in a short time.
    scheme, params: by which they are signed; or the provider's profile or policy, with the events
    to deliver. effects: a URL or a file where the ids of processed deliveries stand.
    Raises ApicheckError when these cannot be used, TargetUnreachable without a response.
    """
    place = profile_dir(profile) if profile else policy
    promised = (
        promise_of_provider(Path(place), events, params)
        if place
        else promise_of_scheme(scheme, params)
    )
    variable = _SECRET if secret else secret_env
    config = RunConfig(
        options=Options(select=select, mode=Mode.FULL, concurrency=1, timeout_s=timeout_s),
        out=out or Path(tempfile.mkdtemp(prefix="apicheck-")) / "run",
        formats=(),
        environ={_SECRET: secret} if secret else {},
    )
    with ExitStack() as stack:
        if isinstance(receiver, str):
            url = receiver
        else:
            url = stack.enter_context(serve_application(receiver)) + path
        file = Path(target) if target else None
        given = ReceiverTarget(url, variable, effects, file, other_secret_env, load)
        result = run_receiver(given, promised, config)
    return Run(result.results, result.directory, result.files)


def server(
    profile: str = "canonical", *, faults: tuple[str, ...] = ()
) -> AbstractContextManager[Server]:
    """Run the reference server of a profile as a separate process, while the context lasts.

    profile: a packaged profile's name or a directory. faults: the defects of the server.
    """
    directory = Path(profile)
    return reference_server(
        directory if directory.is_dir() else profile_dir(profile), faults=faults
    )
