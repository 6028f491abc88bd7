"""`apicheck new-check`: what it writes is legal at once, and unfinished until it is filled in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from apicheck.cli import main
from apicheck.model.check import Check
from apicheck.model.errors import ScaffoldError
from apicheck.pages import verify
from apicheck.registry import collect
from apicheck.registry import find_mistakes as find_check_mistakes
from apicheck.scaffold import Checkout, Kind, Package, Skeleton, draw_up, find_project, write
from apicheck.scaffold.facts import SCHEMA, is_known, read_schema
from apicheck.scaffold.skeleton import TABLE
from reference_server.faults.catalogue import find_mistakes
from reference_server.faults.fault import Fault

ROOT = Path(__file__).parents[3]
READABLE = [
    ("headers/new-thing", Kind.PASSIVE, ""),
    ("headers/new-thing", Kind.PASSIVE, "responses"),
    ("auth/new-thing", Kind.ACTIVE, ""),
    ("auth/new-thing", Kind.ACTIVE, "authentication.lifetime"),
    ("errors/new-thing", Kind.REFUSAL, "requests.media"),
    ("errors/new-thing", Kind.REFUSAL, "requests.new_kind"),
    ("behaviour/new-thing", Kind.REFUSAL, "requests.media"),
]
UNREADABLE = [("scopes/new-thing", Kind.REFUSAL, "authorization.a_long_name_of_a_new_fact")]

every_skeleton = pytest.mark.parametrize(("check", "kind", "fact"), READABLE + UNREADABLE)


def drawn(check: str, kind: Kind, fact: str) -> Skeleton:
    return draw_up(Checkout(ROOT), check, kind, fact)


def text_of(skeleton: Skeleton, end: str) -> str:
    (text,) = [text for path, text in skeleton.written.items() if path.endswith(end)]
    return text


def executed(text: str, module: str = "written") -> Mapping[str, object]:
    names: dict[str, object] = {"__name__": module}
    exec(compile(text, "written.py", "exec"), names)
    return names


def made(skeleton: Skeleton, check: str, origin: str = "apicheck") -> Check:
    """The check of a skeleton, as the registry would find it."""
    module = next(iter(skeleton.written.values()))
    found = executed(module)["CHECK"]
    assert isinstance(found, Check)
    return replace(found, id=check, origin=origin, page=text_of(skeleton, "new_thing.md"))


def faults(skeleton: Skeleton) -> list[Fault]:
    family = Path(next(iter(skeleton.written))).parent.name
    text = text_of(skeleton, f"faults/{family}/new_thing.py")
    names = executed(text, f"reference_server.faults.{family}.new_thing")
    return [value for value in names.values() if isinstance(value, Fault)]


def filled_in(check: Check) -> Check:
    """The check when its author has taken the marks away, and written nothing else."""
    title = check.title.replace("REPLACE:", "")
    failure_title = check.failure_title.replace("REPLACE:", "")
    page = check.page.replace("REPLACE:", "")
    return replace(check, title=title, failure_title=failure_title, page=page)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files of a checkout that a skeleton is added to."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    shutil.copytree(ROOT / "reference_server", tmp_path / "reference_server", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A project of one's own, with an empty package of checks."""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "acme"\n[project.entry-points."apicheck.checks"]\n'
        'acme = "acme.checks"\nlost = "lost_checks"\n'
    )
    (tmp_path / "src/acme/checks").mkdir(parents=True)
    (tmp_path / "src/acme/checks/__init__.py").touch()
    return tmp_path


def tree(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@every_skeleton
def test_the_declaration_of_a_skeleton_is_legal(check: str, kind: Kind, fact: str) -> None:
    assert list(find_check_mistakes(made(drawn(check, kind, fact), check))) == []


@every_skeleton
def test_the_page_of_a_skeleton_is_refused_until_it_is_written(
    check: str, kind: Kind, fact: str
) -> None:
    wrong = verify(made(drawn(check, kind, fact), check))
    unwritten = [sentence for sentence in wrong if "still to be written" in sentence]
    assert len(unwritten) >= 6
    assert any("the title" in sentence for sentence in unwritten)
    assert any("the failure_title" in sentence for sentence in unwritten)


@pytest.mark.parametrize(("check", "kind", "fact"), READABLE)
def test_the_examples_of_a_skeleton_come_out_as_they_say(check: str, kind: Kind, fact: str) -> None:
    if fact == "requests.new_kind":
        fact = "requests.media"  # the schema of this checkout does not have the new one
    assert verify(filled_in(made(drawn(check, kind, fact), check))) == ()


@pytest.mark.parametrize(("check", "kind", "fact"), UNREADABLE)
def test_a_check_that_reads_no_promise_yet_fails_its_examples(
    check: str, kind: Kind, fact: str
) -> None:
    wrong = verify(filled_in(made(drawn(check, kind, fact), check)))
    assert any("expected pass, came not-applicable" in sentence for sentence in wrong)


@every_skeleton
def test_a_skeleton_is_proven_by_the_faults_that_it_writes(
    check: str, kind: Kind, fact: str
) -> None:
    skeleton = drawn(check, kind, fact)
    found = faults(skeleton)
    if kind is Kind.REFUSAL:
        rows = executed(skeleton.changed[TABLE])["FAULTS"]
        assert isinstance(rows, tuple)
        found += [row for row in rows if row.id.startswith(f"{check}-")]
    named = [fault for faults in made(skeleton, check).proven_by.values() for fault in faults]
    assert named == [fault.id for fault in found]
    assert list(find_mistakes(found)) == []
    assert {fault.needs for fault in found} == {(fact,) if fact else ()}


def test_what_is_written_is_formatted_typed_and_without_a_remark(checkout: Path) -> None:
    paths: list[str] = []
    for number, (check, kind, fact) in enumerate(READABLE + UNREADABLE):
        skeleton = draw_up(find_project(checkout), f"{check}-{number}", kind, fact)
        write(skeleton)
        paths += [path for path in (*skeleton.written, *skeleton.changed) if path.endswith(".py")]
    tools = Path(sys.executable).parent
    # What is imported is typed elsewhere, and not with the lowest stubs.
    silently = ("--follow-imports", "silent")
    assert run(tools / "ruff", "format", "--check", *paths, cwd=checkout) == ""
    assert run(tools / "ruff", "check", *paths, cwd=checkout) == ""
    assert run(tools / "mypy", *silently, *dict.fromkeys(paths), cwd=checkout) == ""


def test_nothing_is_written_where_a_file_exists(checkout: Path) -> None:
    write(draw_up(Checkout(checkout), "errors/new-thing", Kind.REFUSAL, "requests.new_kind"))
    before = tree(checkout)
    (checkout / "src/apicheck/checks/errors/new_thing.md").unlink()
    del before["src/apicheck/checks/errors/new_thing.md"]
    with pytest.raises(ScaffoldError, match=r"nothing was written.*errors/new_thing\.py"):
        write(draw_up(Checkout(checkout), "errors/new-thing", Kind.REFUSAL, "requests.new_kind"))
    assert tree(checkout) == before


def test_a_new_kind_of_request_is_all_that_changes_in_the_schema(checkout: Path) -> None:
    before = read_schema(checkout)
    assert not is_known("requests.new_kind", before)
    write(draw_up(Checkout(checkout), "errors/new-thing", Kind.ACTIVE, "requests.new_kind"))
    after = read_schema(checkout)
    kinds = after["$defs"]["facts"]["properties"]["requests"]["properties"]
    assert kinds.pop("new_kind") == kinds["media"]
    assert after == before


def test_a_schema_in_another_form_is_not_edited(checkout: Path) -> None:
    file = checkout / SCHEMA
    file.write_text(json.dumps(json.loads(file.read_text())))
    with pytest.raises(ScaffoldError, match="not in the form"):
        draw_up(Checkout(checkout), "errors/new-thing", Kind.ACTIVE, "requests.new_kind")


def test_the_row_of_another_status_stands_with_its_family(checkout: Path) -> None:
    skeleton = draw_up(Checkout(checkout), "auth/new-thing", Kind.REFUSAL, "requests.media")
    rows = executed(skeleton.changed[TABLE])["FAULTS"]
    assert isinstance(rows, tuple)
    place = [row.id for row in rows].index("auth/new-thing-answered-with-other-status")
    assert [row.id.partition("/")[0] for row in rows[place - 1 : place + 2]] != ["auth"] * 3
    assert rows[place - 1].id.startswith("auth/")


def test_a_family_without_faults_gets_a_package_for_them(checkout: Path) -> None:
    (checkout / "src/apicheck/checks/caching").mkdir()
    (checkout / "src/apicheck/checks/caching/__init__.py").touch()
    skeleton = draw_up(Checkout(checkout), "caching/new-thing", Kind.PASSIVE, "")
    assert "reference_server/faults/caching/__init__.py" in skeleton.written


@pytest.mark.parametrize(
    ("check", "fact", "message"),
    [
        ("new-thing", "", "is not family/name"),
        ("Errors/new-thing", "", "is not family/name"),
        ("errors/new_thing", "", "is not family/name"),
        ("errors/no-thing", "", "must name what the check tests"),
        ("errrors/new-thing", "", "no family 'errrors' .did you mean 'errors'"),
        ("errors/new-thing", "request.media", "no section 'request' .did you mean 'requests'"),
        ("errors/new-thing", "requests.New Kind", "no path of a fact"),
        ("errors/new-thing", "requests.", "no path of a fact"),
    ],
)
def test_an_id_or_a_fact_that_cannot_be_is_refused(check: str, fact: str, message: str) -> None:
    with pytest.raises(ScaffoldError, match=message):
        drawn(check, Kind.ACTIVE, fact)


def test_a_refusal_needs_the_fact_that_promises_it() -> None:
    with pytest.raises(ScaffoldError, match="needs --fact"):
        drawn("errors/new-thing", Kind.REFUSAL, "")


def test_every_fact_that_a_check_reads_is_known() -> None:
    read = {fact for check in collect(entry_points=False).values() for fact in check.reads}
    assert len(read) > 40
    assert {fact for fact in read if not is_known(fact, read_schema())} == set()


@pytest.mark.parametrize("kind", [Kind.ACTIVE, Kind.PASSIVE, Kind.REFUSAL])
def test_a_package_gets_module_and_page(package: Path, kind: Kind) -> None:
    project = find_project(package / "src/acme")
    assert isinstance(project, Package)
    skeleton = draw_up(project, "acme/new-thing", kind, "requests.media")
    write(skeleton)
    assert list(skeleton.written) == [
        "src/acme/checks/new_thing.py",
        "src/acme/checks/new_thing.md",
    ]
    check = made(skeleton, "acme/new-thing", "acme")
    assert list(find_check_mistakes(check)) == []
    assert verify(filled_in(check)) == ()


@pytest.mark.parametrize(
    ("check", "fact", "message"),
    [
        ("acmee/new-thing", "", "no entry point is called 'acmee' .did you mean 'acme'"),
        ("lost/new-thing", "", "lost_checks, which must be a package"),
        ("acme/new-thing", "requests.new_kind", "a policy cannot state requests.new_kind"),
    ],
)
def test_a_package_refuses_what_it_has_no_place_for(
    package: Path, check: str, fact: str, message: str
) -> None:
    with pytest.raises(ScaffoldError, match=message):
        draw_up(find_project(package), check, Kind.ACTIVE, fact)


@pytest.mark.parametrize(
    ("pyproject", "message"),
    [
        (None, "there is no pyproject.toml here or above"),
        ('[project]\nname = "acme"\n', "is not apicheck's, and has no"),
        ("[project", "is not TOML"),
    ],
)
def test_a_project_that_takes_no_checks_is_refused(
    tmp_path: Path, pyproject: str | None, message: str
) -> None:
    if pyproject is not None:
        (tmp_path / "pyproject.toml").write_text(pyproject)
    with pytest.raises(ScaffoldError, match=message):
        find_project(tmp_path)


def test_the_command_says_what_it_wrote_and_what_to_do_next(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(checkout / "src")
    options = ["--refusal", "--fact", "requests.new_kind"]
    assert main(["new-check", "errors/new-thing", *options]) == 0
    said = capsys.readouterr().out
    steps = [line for line in said.splitlines() if line[:1].isdigit()]
    assert "written  src/apicheck/checks/errors/new_thing.py\n" in said
    assert f"changed  {SCHEMA}\n" in said
    assert [step[:2] for step in steps] == ["1.", "2.", "3.", "4.", "5.", "6.", "7."]
    assert "the new fact requests.new_kind in" in steps[1]
    assert f"     {SCHEMA}" not in said


def test_a_new_fact_that_may_be_a_slip_is_asked_about(checkout: Path) -> None:
    skeleton = draw_up(Checkout(checkout), "errors/new-thing", Kind.ACTIVE, "requests.meda")
    assert "the new fact requests.meda (did you mean 'media'?)" in skeleton.steps[1].what


def test_the_command_lists_no_places_for_a_fact_that_policies_have(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(checkout)
    assert main(["new-check", "errors/new-thing", "--fact", "requests.media"]) == 0
    assert "new fact" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["errrors/new-thing"], "did you mean 'errors'"),
        (["errors/new-thing", "--refusal", "--passive"], "exclude each other"),
        (["errors/media-type"], "errors/media_type.py"),
    ],
)
def test_the_command_refuses_with_the_exit_code_of_wrong_usage(
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(checkout)
    before = tree(checkout)
    assert main(["new-check", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert tree(checkout) == before
