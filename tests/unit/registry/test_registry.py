import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from apicheck import registry
from apicheck.model.check import Check, Outcome
from apicheck.model.errors import CheckDefinitionError
from apicheck.model.verdict import Severity

Install = Callable[..., None]

GOOD = Check(
    title="A promise",
    outcomes=(Outcome("absent", Severity.LOW),),
    proven_by={"absent": ("family/fault",)},
    script=lambda _: iter(()),
    judge=lambda _, __: None,
    id="family/name",
    page="# family/name",
)


def fields_of(check: Check) -> list[str]:
    return [field for field, _ in registry.find_mistakes(check)]


def test_a_valid_check_has_no_mistakes() -> None:
    assert fields_of(GOOD) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"page": ""}, "page"),
        ({"judge": None}, "script"),
        ({"script": None, "judge": None}, "script"),
        ({"outcomes": (), "proven_by": {}}, "outcomes"),
        ({"proven_by": {}}, "proven_by"),
        ({"proven_by": {"absent": ()}}, "proven_by"),
        ({"proven_by": {"absent": ("a/b",), "other": ("a/c",)}}, "proven_by"),
        (
            {"outcomes": (Outcome("absent", Severity.LOW), Outcome("absent", Severity.LOW))},
            "outcomes",
        ),
        (
            {"outcomes": (Outcome("Not_so", Severity.LOW),), "proven_by": {"Not_so": ("a/b",)}},
            "outcomes",
        ),
        ({"id": "family/no-banner"}, "id"),
        ({"id": "family/check-banner"}, "id"),
        ({"id": "family/is_secure"}, "id"),
        ({"id": "lonely"}, "id"),
    ],
)
def test_each_broken_rule_names_its_field(change: dict[str, object], field: str) -> None:
    assert field in fields_of(replace(GOOD, **change))


def test_a_third_party_check_need_not_name_a_fault_of_the_reference_server() -> None:
    assert fields_of(replace(GOOD, origin="acme-checks", proven_by={"absent": ()})) == []


def test_every_built_in_check_is_valid_and_its_id_is_its_place() -> None:
    checks = registry.collect(entry_points=False)
    assert "auth/missing-credentials" in checks
    assert all(
        check.id == key and check.page.startswith(f"# {key}\n") for key, check in checks.items()
    )


def test_collecting_imports_no_slow_library() -> None:
    code = (
        "import sys; from apicheck.registry import collect; collect(entry_points=False);"
        "print(sorted({'hypothesis', 'schemathesis', 'httpx', 'jinja2'} & set(sys.modules)))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert process.stdout.strip() == "[]"


THIRD_PARTY = """
from apicheck.authoring import Check, Outcome, Severity, folds
CHECK = Check(
    title="A banner is polite",
    fold=folds.per_exchange(lambda context, exchange: ()),
    outcomes=(Outcome("rude", Severity.LOW),),
    proven_by={"rude": ()},
)
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Offer modules under an entry point, as an installed distribution would."""

    def offer(value: str, **modules: str) -> None:
        package = tmp_path / "third_party_checks"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").write_text("")
        for name, text in modules.items():
            stem, _, suffix = name.rpartition("_")
            (package / f"{stem}.{suffix}").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        for name in [name for name in sys.modules if name.startswith("third_party_checks")]:
            monkeypatch.delitem(sys.modules, name)
        points = EntryPoints([EntryPoint("acme", value, registry.GROUP)])
        monkeypatch.setattr(registry, "entry_points", lambda **_: points)

    return offer


def test_a_package_of_an_entry_point_adds_its_modules_under_the_points_name(
    install: Install,
) -> None:
    install(
        "third_party_checks",
        polite_banner_py=THIRD_PARTY,
        polite_banner_md="# acme/polite-banner\n",
    )
    check = registry.collect()["acme/polite-banner"]
    assert check.origin == "third_party_checks"
    assert check.page == "# acme/polite-banner\n"


def test_an_entry_point_that_cannot_be_imported_is_named_with_the_reason(install: Install) -> None:
    install("third_party_checks.missing")
    with pytest.raises(
        CheckDefinitionError, match=r"third_party_checks\.missing.*cannot be imported"
    ):
        registry.collect()


def test_every_mistake_of_every_check_is_in_one_message(install: Install) -> None:
    install("third_party_checks", one_py=THIRD_PARTY, two_py="x = 1", _helper_py="y = 2")
    with pytest.raises(CheckDefinitionError) as raised:
        registry.collect()
    message = str(raised.value)
    assert "third_party_checks.one: page" in message
    assert "third_party_checks.two: CHECK" in message
    assert "_helper" not in message
