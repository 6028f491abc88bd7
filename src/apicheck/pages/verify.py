"""Every example of a page, played through the check's own judge or fold."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.judge import judge_attempt
from apicheck.model.check import Applies, Check
from apicheck.model.exchange import Transcript
from apicheck.model.subject import Case, Subject
from apicheck.model.verdict import Failure, HarnessError, Inconclusive, NotApplicable, NotTested
from apicheck.pages.blocks import Example, Page, PageError, parse
from apicheck.pages.messages import Messages, messages
from apicheck.pages.setting import subject_of

UNWRITTEN = "REPLACE:"
"""Stands in the skeleton of a check where its author has to write."""
SECTIONS = ("What it asserts", "Why it matters", "How to fix it", "Examples")


def verify(check: Check) -> tuple[str, ...]:
    """What is wrong with a check's page, a sentence each; () when every example holds."""
    try:
        page = parse(check.page)
    except PageError as error:
        return (str(error),)
    return (*_unwritten(check), *_omissions(check, page), *_contradictions(check, page))


def _unwritten(check: Check) -> Iterator[str]:
    """What `apicheck new-check` left to the author to write."""
    for name, text in (("title", check.title), ("failure_title", check.failure_title)):
        if UNWRITTEN in text:
            yield f"the {name} is still to be written: {text}"
    for number, line in enumerate(check.page.splitlines(), 1):
        if UNWRITTEN in line:
            yield f"line {number} is still to be written: {line}"


def _omissions(check: Check, page: Page) -> Iterator[str]:
    if not check.page.startswith(f"# {check.id}\n"):
        yield f"the page does not begin with `# {check.id}`"
    for section in SECTIONS:
        if not page.sections.get(section):
            yield f"there is no section `## {section}`"
    shown = {example.outcome for example in page.examples}
    if not any(example.expects == "pass" for example in page.examples):
        yield "no example passes"
    for outcome in check.outcomes:
        if outcome.id not in shown:
            yield f"no example shows the outcome {outcome.id}"
    for unknown in sorted(shown - {outcome.id for outcome in check.outcomes} - {""}):
        yield f"an example shows {unknown}, which is none of the outcomes"


def _contradictions(check: Check, page: Page) -> Iterator[str]:
    for example in page.examples:
        expected = f"fail: {example.outcome}" if example.outcome else example.expects
        try:
            came = _verdicts(check, example)
        except Exception as error:  # noqa: BLE001  (a judge that raises is what we look for)
            yield f"line {example.line}: {type(error).__name__}: {error}"
            continue
        if came != {expected}:
            found = ", ".join(sorted(came)) or "nothing was observed"
            yield f"line {example.line}: expected {expected}, came {found}"


def _verdicts(check: Check, example: Example) -> set[str]:
    """What a check says of an example: for a fold, of all that it saw; a pass only by itself."""
    subject = subject_of(check, example.setting)
    read = messages(example.text, subject.context)
    if check.fold is not None:
        state = check.fold.start(subject.context)
        for exchange in read.exchanges:
            state = check.fold.step(subject.context, state, exchange)
        words = {_word(seen.judgement) for seen in check.fold.finish(subject.context, state)}
        return words - {"pass"} or words
    return {_judged(check, subject, example, read)}


def _judged(check: Check, subject: Subject, example: Example, read: Messages) -> str:
    applies = check.applies(subject)
    if not isinstance(applies, Applies):
        return _word(applies)
    bound = _with_case(check, applies.bind(subject), read.case or example.setting.get("case"))
    answers = tuple(example.setting.get("answers", ()))
    transcript = Transcript(check.id, read.exchanges, answers=answers, stopped_by=read.stopped_by)
    return _word(judge_attempt(check, bound, transcript))


def _with_case(check: Check, subject: Subject, given: object) -> Subject:
    if given is None or given == "":
        return subject
    if isinstance(given, dict):
        return subject.with_case(Case(given["name"], given.get("value"), given.get("drawn", False)))
    for case in check.cases(subject) if check.cases else ():
        if case.name == given:
            return subject.with_case(case)
    raise PageError(f"the check's table has no case {given!r}")


def _word(judgement: object) -> str:
    if judgement is None:
        return "pass"
    if isinstance(judgement, HarnessError):
        return judgement.reason
    if isinstance(judgement, Failure):
        return f"fail: {judgement.outcome}"
    words = {Inconclusive: "inconclusive", NotTested: "not-tested", NotApplicable: "not-applicable"}
    return words[type(judgement)]
