"""What a new check needs: files to write, files to change, and the steps that remain."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib.resources import files
from pathlib import Path
from string import Template

from apicheck.model.errors import ScaffoldError
from apicheck.registry import find_mistakes_of_id
from apicheck.scaffold.facts import (
    PLACES_OF_A_FACT,
    SCHEMA,
    is_known,
    read_schema,
    refusal_kind,
    suggest,
    with_refusal,
)
from apicheck.scaffold.project import Checkout, Package

TABLE = "reference_server/faults/other_statuses.py"
_OF_CALLERS = ("auth", "scopes", "ratelimit", "oauth")


class Kind(Enum):
    """How a check comes to its verdict; the value names its templates."""

    ACTIVE = "active"
    REFUSAL = "refusal"
    PASSIVE = "passive"


@dataclass(frozen=True, slots=True)
class Step:
    """What the author does next: a sentence, and the commands or places that it is about."""

    what: str
    lines: tuple[str, ...] = ()


@dataclass(slots=True)
class Skeleton:
    """All that `new-check` does. written, changed: path below the project's root -> text."""

    root: Path
    written: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


def draw_up(project: Checkout | Package, check: str, kind: Kind, fact: str) -> Skeleton:
    """The skeleton of a check. Raises ScaffoldError for what the project has no place for."""
    for _, mistake in find_mistakes_of_id(check):
        raise ScaffoldError(mistake)
    if kind is Kind.REFUSAL and not fact:
        raise ScaffoldError(
            "a refusal needs --fact PATH, the fact that promises it: `apicheck checks --facts`"
            " lists those that checks read"
        )
    family, name = check.split("/")
    folder = project.folder(family).relative_to(project.root).as_posix()
    module = f"{folder}/{name.replace('-', '_')}"
    skeleton = Skeleton(project.root)
    if isinstance(project, Checkout):
        _add_to_checkout(skeleton, check, kind, fact, module)
    else:
        _add_to_package(skeleton, check, kind, fact, module)
    return skeleton


def write(skeleton: Skeleton) -> None:
    """Write every file, or none: raises ScaffoldError where one exists."""
    existing = [path for path in skeleton.written if (skeleton.root / path).exists()]
    if existing:
        raise ScaffoldError(f"nothing was written, for there is {', '.join(existing)} already")
    for path, text in {**skeleton.written, **skeleton.changed}.items():
        file = skeleton.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _add_to_checkout(skeleton: Skeleton, check: str, kind: Kind, fact: str, module: str) -> None:
    family, name = check.split("/")
    root, own = skeleton.root, name.replace("-", "_")
    verb = "accepts" if kind is Kind.REFUSAL else "breaks"
    faults = [f"{family}/{verb}-{name}"]
    values = _values(check, fact, is_of_errors=family == "errors")
    fault = {**values, "fault_id": faults[0], "function": f"{verb}_{own}"}
    skeleton.written[f"reference_server/faults/{family}/{own}.py"] = _fill("fault.py", fault)
    if not (root / f"reference_server/faults/{family}/__init__.py").exists():
        text = f'"""Faults of the family {family}."""\n'
        skeleton.written[f"reference_server/faults/{family}/__init__.py"] = text
    if kind is Kind.REFUSAL:
        faults.append(f"{check}-answered-with-other-status")
        statuses = "_OF_CALLERS" if family in _OF_CALLERS else "_OF_REQUESTS"
        row = _fill("row.py", {**values, "fault_id": faults[1], "statuses": statuses})
        table = (root / TABLE).read_text(encoding="utf-8")
        skeleton.changed[TABLE] = _with_row(table, family, row)
    _add_check(skeleton, module, kind, {**values, **_proof(*faults)})
    skeleton.written[f"changelog.d/{family}-{name}.added.md"] = (
        f"`{check}`: REPLACE: what it tests, for a user of apicheck.\n"
    )
    is_new = bool(fact) and not is_known(fact, read_schema(root))
    if is_new and (new_kind := refusal_kind(fact)):
        text = (root / SCHEMA).read_text(encoding="utf-8")
        skeleton.changed[SCHEMA] = with_refusal(text, new_kind)
    new_fact = f"{fact}{suggest(fact, read_schema(root))}" if is_new else ""
    skeleton.steps += _list_steps(skeleton, check, faults, new_fact)


def _list_steps(skeleton: Skeleton, check: str, faults: list[str], new_fact: str) -> Iterator[Step]:
    yield _write_marked("src/apicheck/checks reference_server changelog.d")
    if new_fact:
        places = [place for place in PLACES_OF_A_FACT if place[0] not in skeleton.changed]
        width = max(len(path) for path, _ in places)
        lines = tuple(f"{path:<{width}}  {what}" for path, what in places)
        yield Step(f"State the new fact {new_fact} in each of these places:", lines)
    yield Step("Play the examples of the page:", (f"pytest tests/checks -n 0 -k {check}",))
    yield Step(
        f"Name {check} in the `checks` of a clause; without one it is not run:",
        ("openapi/canonical/policy.yaml, or a set in src/apicheck/clause_sets/",),
    )
    options = "".join(f" --fault {fault}" for fault in faults)
    yield Step(
        "See the check notice its faults, and nothing else fail:", (f"apicheck prove{options}",)
    )
    yield Step(
        "Try it against every other fault, and record what it notices:",
        (f"apicheck prove --check {check}", "make proof"),
    )
    yield Step("Hold it to the rest:", ("make lint", "make test"))


def _add_to_package(skeleton: Skeleton, check: str, kind: Kind, fact: str, module: str) -> None:
    if fact and not is_known(fact, read_schema()):
        raise ScaffoldError(f"a policy cannot state {fact}: a new fact is a change of apicheck")
    values = _values(check, fact, is_of_errors=False)
    _add_check(skeleton, module, kind, {**values, **_proof()})
    collected = f'apicheck.registry.collect()["{check}"]'
    skeleton.steps += [
        _write_marked(Path(module).parent.as_posix()),
        Step(
            "Play the examples of the page, in a test of your own:",
            (f"assert apicheck.pages.verify({collected}) == ()",),
        ),
        Step(
            f"Name {check} in the `checks` of a clause of your policy; without one it is not run."
        ),
    ]


def _write_marked(folders: str) -> Step:
    return Step("Write what REPLACE marks:", (f"grep -rn 'REPLACE:' {folders}",))


def _add_check(skeleton: Skeleton, module: str, kind: Kind, values: Mapping[str, str]) -> None:
    page = _fill("sections.md", values) + _fill(f"{kind.value}.md", values)
    skeleton.written = {
        f"{module}.py": _fill(f"{kind.value}.py", values),
        f"{module}.md": page,
        **skeleton.written,
    }


def _values(check: str, fact: str, *, is_of_errors: bool) -> dict[str, str]:
    kind = refusal_kind(fact)
    shared = bool(kind) and is_of_errors
    nouns = [*([] if shared else ["ExpectedResponse"]), "NotApplicable", "Recipe", "Request"]
    imports = [
        f"from apicheck.authoring import {', '.join(nouns)}, Subject",
        "from apicheck.authoring.refusals import refusal",
        *(["from apicheck.checks.errors._refusals import promised"] if shared else []),
    ]
    stated = f"{{requests: {{{kind}: 400}}}}" if kind else "{}  # REPLACE: as in a policy"
    values = {
        "check": check,
        "fact": fact,
        "facts": f'"{fact}",' if fact else "",
        "subject_fact": fact or "responses",
        "refusal_kind": kind or "REPLACE: the kind of refusal",
        "setting": stated if fact else "{}",
        "imports": "\n".join(imports),
        "promise": f'promised("{kind}")' if shared else "find_promise",
    }
    function = _fill("find_promise.py" if kind else "find_any_promise.py", values)
    return {**values, "find_promise": "" if shared else f"\n{function}\n"}


def _proof(*faults: str) -> dict[str, str]:
    names = [f'"{fault}",' for fault in faults]
    return dict(zip(("fault", "other_status"), (*names, "", ""), strict=False))


def _with_row(table: str, family: str, row: str) -> str:
    """The table of other statuses with one more row, below the last one of its family."""
    rows = [
        (item.end_lineno, item.args[0].value)
        for node in ast.parse(table).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
        for item in node.value.elts
        if isinstance(item, ast.Call) and isinstance(item.args[0], ast.Constant)
    ]
    if not rows:
        raise ScaffoldError(f"{TABLE} has no table of faults to add a row to")
    of_family = [row for row in rows if str(row[1]).startswith(f"{family}/")]
    after = (of_family or rows)[-1][0] or 0
    lines = table.splitlines(keepends=True)
    return "".join([*lines[:after], row, *lines[after:]])


def _fill(template: str, values: Mapping[str, str]) -> str:
    text = files("apicheck.scaffold").joinpath(f"templates/{template}.txt").read_text("utf-8")
    return Template(text).substitute(values)
