"""The vocabulary of the report: the meaning, sign and tone of every word."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model.json import Json
from apicheck.model.verdict import Consequence, RunWord, Severity, Verdict

GLYPHS: Mapping[str, str] = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.ERROR: "!",
    Verdict.INCONCLUSIVE: "?",
    Verdict.REVIEW: "◇",
    Verdict.PARTIAL: "◐",
    Verdict.NOT_TESTED: "○",
    Verdict.NOT_APPLICABLE: "\u2013",
    RunWord.CONFORMANT: "✓",
    RunWord.CONFORMANT_WITH_WAIVERS: "✓",
    RunWord.NOT_CONFORMANT: "✗",
    RunWord.INCOMPLETE: "◐",
    RunWord.INVALID: "!",
}
"""Word -> one character that distinguishes it without colour."""

TONES: Mapping[str, str] = {
    Verdict.PASS: "good",
    Verdict.FAIL: "bad",
    Verdict.ERROR: "warn",
    Verdict.INCONCLUSIVE: "warn",
    Verdict.REVIEW: "calm",
    Verdict.PARTIAL: "warn",
    Verdict.NOT_TESTED: "calm",
    Verdict.NOT_APPLICABLE: "calm",
    RunWord.CONFORMANT: "good",
    RunWord.CONFORMANT_WITH_WAIVERS: "good",
    RunWord.NOT_CONFORMANT: "bad",
    RunWord.INCOMPLETE: "warn",
    RunWord.INVALID: "warn",
}
"""Word -> class of the style sheet."""

SEVERITY_TONES: Mapping[Severity, str] = {
    Severity.CRITICAL: "bad",
    Severity.HIGH: "bad",
    Severity.MEDIUM: "warn",
    Severity.LOW: "calm",
    Severity.INFO: "calm",
}

CONSEQUENCES: Mapping[Consequence, str] = {
    Consequence.VIOLATION: "violation",
    Consequence.WARNING: "warning",
    Consequence.OBSERVED: "observed",
    Consequence.NOT_OBSERVED: "not observed",
    Consequence.NONE: "",
}

THEMES: Mapping[str, str] = {
    "auth": "Authentication",
    "oauth": "Authentication",
    "scopes": "Scopes and tenants",
    "errors": "Errors",
    "ratelimit": "Rate limits",
    "webhooks": "Webhooks",
    "receiver": "Webhooks",
    "versioning": "Versions",
    "headers": "Headers and transport",
    "transport": "Headers and transport",
    "document": "The document",
    "formats": "The document",
    "conformance": "The document",
    "behaviour": "Behaviour",
}
"""Family of checks -> its theme, in the order of the report."""

CONSEQUENCE_ORDER = tuple(CONSEQUENCES)
"""Worst first."""

GLOSSARY: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "The run's word",
        (
            (
                "conformant",
                "Every automatic must-clause in scope passed, or may be open by the user's leave.",
            ),
            (
                "conformant-with-waivers",
                "Conformant, but for must-clauses that the target file waives or leaves out.",
            ),
            ("not-conformant", "The API violates at least one must-clause in scope."),
            (
                "incomplete",
                "The run found no violation, but could not decide every must-clause in scope.",
            ),
            (
                "invalid",
                "The run shows nothing about the API: preflight failed, or no must-clause passed.",
            ),
        ),
    ),
    (
        "Verdicts",
        (
            ("pass", "The API was tested often enough, and always did what the clause asks."),
            ("fail", "The API broke the clause. The finding shows the exchange that proves it."),
            (
                "partial",
                "Some subjects of the clause passed; others were not tested, or not decided.",
            ),
            (
                "error",
                "apicheck, the network or the configuration failed; the API was not judged.",
            ),
            (
                "inconclusive",
                "The check could not decide: its case did not occur, or a failure did not repeat.",
            ),
            ("review", "A person must decide."),
            ("not-tested", "The clause applies but was not tested; the kind says why."),
            ("not-applicable", "The clause or check does not apply here; the reason says why."),
        ),
    ),
    (
        "Why something was not tested",
        (
            (
                "needs-identity",
                "apicheck has no credential with the right scopes, tenant or state.",
            ),
            ("needs-request", "The API accepted no request for the operation: give a fixture."),
            (
                "no-response",
                "The connection was closed, cut off or silent, or nobody can read what came.",
            ),
            ("needs-budget", "The run ended first, or reached its limit of requests or seconds."),
            ("needs-control", "The test needs the control protocol; the target does not offer it."),
            ("needs-listener", "apicheck has no webhook listener that the target can reach."),
            ("needs-endpoint", "apicheck does not know where the API is by TLS or plain HTTP."),
            ("needs-effects", "Nothing shows which deliveries the receiver has processed."),
            ("read-only", "The run's mode does not allow the requests that the test needs."),
            (
                "hazard",
                "The operation may end a credential, an account or the server.",
            ),
            ("selected-out", "The user left it out: --select, --ignore, --clause, --only, --skip."),
            ("out-of-scope", "The target file puts the clause or the operation out of scope."),
            ("other-actor", "The clause binds another party, such as a client or a receiver."),
            ("no-check", "apicheck has no check for the clause yet."),
        ),
    ),
    (
        "Consequences",
        (
            ("violation", "A must-clause fails."),
            (
                "warning",
                "A should-clause fails, or a must-clause that is waived or rests on grade T or A.",
            ),
            ("observed, not observed", "A may- or info-clause passes or fails: neither is wrong."),
        ),
    ),
    (
        "Levels",
        (
            ("must, must not", "Binding: a fail makes the run not-conformant."),
            ("should", "Recommended: a fail is a warning."),
            ("may, info", "A permission or a piece of information: observed or not observed."),
        ),
    ),
    (
        "Grades of a fact",
        (
            ("S", "Source: the published policy itself states it."),
            ("O", "Official: another page of the same publisher states it."),
            ("T", "Third party: only another party states it. A fail is at most a warning."),
            ("A", "Assumed: no source states it. A fail is at most a warning."),
        ),
    ),
    (
        "Other words",
        (
            ("policy", "The published rules of an API, as clauses and facts."),
            ("clause", "One sentence of the policy that a party keeps or breaks."),
            ("automatic", "A clause is automatic if checks can judge it without a person."),
            ("fact", "What the policy promises, in a form that a program can test."),
            ("target", "The running API that was tested."),
            ("identity", "A credential, with its known scopes, tenant and state."),
            ("preflight", "The tests of configuration and credentials before the run."),
            ("check", "The test of one property. A passive check only reads what others cause."),
            ("subject", "What a check tests: an operation, a rate limit, an event."),
            ("exchange", "One request and its response, recorded with every secret replaced."),
            ("control", "A valid request that must succeed, so that a refusal has one cause."),
            ("finding", "One cause of failures, with every operation and clause that it affects."),
            ("severity", "The harm that a finding does, independent of the level of its clauses."),
            ("fault", "A deliberate defect of the reference server: proof that a check can fail."),
        ),
    ),
)
"""Title of a group -> its words, each with its meaning. A test ensures that no word is missing."""


def title_of(entry: Mapping[str, Json], *, failed: bool) -> str:
    """The title of a check that is true: what holds, or what does not hold where it failed.

    entry: of the results' catalogue. "" where the catalogue has no title.
    """
    title = str(entry.get("title", ""))
    if not failed or not title:
        return title
    return str(entry.get("failure_title") or f"Not kept: {title}")
