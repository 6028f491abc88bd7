"""What every word of a report means, and the sign that stands beside it."""

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
"""Word -> one character that tells it from the others without colour."""

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

CONSEQUENCE_ORDER = tuple(CONSEQUENCES)
"""Worst first."""

GLOSSARY: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "The run's word",
        (
            ("conformant", "Every automatic must-clause in scope was tested and passed."),
            (
                "conformant-with-waivers",
                "As conformant, apart from findings that somebody has waived, by name and date.",
            ),
            ("not-conformant", "At least one must-clause in scope is violated."),
            (
                "incomplete",
                "No violation was found, but some must-clause in scope could not be judged.",
            ),
            ("invalid", "The run says nothing: preflight failed, or no must-clause passed."),
        ),
    ),
    (
        "Verdicts",
        (
            ("pass", "What the clause asks was observed, often enough, and nothing against it."),
            ("fail", "There is a confirmed counterexample; its finding shows the exchange."),
            (
                "partial",
                "Some subjects of the clause passed, others that it covers were not tested.",
            ),
            (
                "error",
                "The harness, the network or the configuration broke. Says nothing of the API.",
            ),
            (
                "inconclusive",
                "The check ran, but its property was never triggered, or did not repeat.",
            ),
            ("review", "A person must judge."),
            ("not-tested", "It applies, and was not tested; the kind says why."),
            ("not-applicable", "The policy's facts make it say nothing here; the reason says so."),
        ),
    ),
    (
        "Why something was not tested",
        (
            ("needs-identity", "A credential with the right scopes, tenant or state is missing."),
            ("needs-request", "No request for the operation was accepted: give a fixture."),
            ("needs-budget", "The run's limit of requests or seconds was reached."),
            ("needs-control", "Only a target that offers the control protocol can be tested so."),
            ("needs-listener", "The target has not been told where webhooks are received."),
            ("read-only", "The run's mode forbids the requests that it takes."),
            ("selected-out", "Left out by --select, --ignore or --clause."),
            ("out-of-scope", "Put out of scope in the target file, with a reason."),
            ("other-actor", "The clause binds somebody else: a receiver, a client, a person."),
            ("no-check", "No check for it exists yet."),
        ),
    ),
    (
        "What a verdict means to the clause's owner",
        (
            ("violation", "A must-clause fails."),
            (
                "warning",
                "A should-clause fails, or a must-clause whose facts are assumed, not published.",
            ),
            ("observed, not observed", "For may and info: a right cannot fail."),
        ),
    ),
    (
        "Levels",
        (
            ("must, must not", "Binding: a fail makes the run not-conformant."),
            ("should", "Recommended: a fail is a warning."),
            ("may, info", "A right, or a piece of information: only observed or not."),
        ),
    ),
    (
        "Grades of a fact",
        (
            ("S", "Source: the published policy itself says so."),
            ("O", "Official: another page of the same publisher says so."),
            ("T", "Third party: somebody else says so."),
            ("A", "Assumed: nobody says so; a fail that rests on it is at most a warning."),
        ),
    ),
    (
        "Other words",
        (
            ("clause", "One normative sentence of the policy."),
            ("check", "The declaration of one testable property."),
            ("subject", "What a check was asked about: an operation, a limit, an event."),
            ("finding", "One cause: a check, an outcome and a detail, with all that it touches."),
            ("severity", "How much harm a finding does, whatever the level of its clauses."),
            ("exchange", "One request and its answer, recorded with every secret replaced."),
            (
                "fault",
                "A deliberate defect of the reference server that shows that a check can fail.",
            ),
        ),
    ),
)
"""Title of a group -> its words, each with its meaning. A test holds it complete."""


def title_of(entry: Mapping[str, Json], *, failed: bool) -> str:
    """The title of a check that is true: what holds, or, where it failed, what does not.

    entry: of the results' catalogue. "" where the catalogue has no title.
    """
    title = str(entry.get("title", ""))
    if not failed or not title:
        return title
    return str(entry.get("failure_title") or f"Not kept: {title}")
