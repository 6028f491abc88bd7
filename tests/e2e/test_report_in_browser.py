"""The HTML report in a real browser: it works, obeys nothing, and says what results.json says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from apicheck.judge import compare_runs
from apicheck.model.difference import Comparison
from apicheck.model.exchange import Direction, Transcript
from apicheck.model.results import Results, ScopeUse
from apicheck.report import FILE_NAMES, render
from tests.unit.report import hostile

pytestmark = pytest.mark.browser


@pytest.fixture
def report(tmp_path: Path, results: Results, transcripts: tuple[Transcript, ...]) -> Path:
    file = tmp_path / "report.html"
    file.write_bytes(render(results, transcripts, "html"))
    return file


def _errors(driver: Any) -> list[str]:
    return [entry["message"] for entry in driver.get_log("browser")]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, apicheck: Callable[..., Any]) -> Path:
    """The directory of a real run, against a reference server with a fault."""
    directory: Path = tmp_path_factory.mktemp("broken") / "run"
    fault = ("--profile", "webengage", "--fault", "auth/compares-prefix")
    said = apicheck("demo", *fault, "--out", directory)
    assert (directory / "report.html").is_file(), said.err
    return directory


def test_it_shows_what_results_json_says_without_a_console_error(
    browser: Callable[[bool], Any], report: Path, results: Results
) -> None:
    said = json.loads(render(results, (), "json"))
    _shows(browser(True), report, said)


def test_a_real_run_with_a_fault_is_shown_as_it_was_judged(
    browser: Callable[[bool], Any], broken: Path
) -> None:
    said = json.loads((broken / "results.json").read_text())
    assert [(f["check"], f["outcome"]) for f in said["findings"]] == [
        ("auth/bad-credentials", "accepted")
    ]
    _shows(browser(True), broken / "report.html", said)


def _shows(driver: Any, report: Path, said: Any) -> None:
    """The page says what results.json says: word, clauses, findings; no console error."""
    driver.get(report.as_uri())
    assert _errors(driver) == []
    word = driver.find_element("css selector", "[data-word]")
    assert word.get_attribute("data-word") == said["verdict"]["word"]
    assert word.is_displayed()
    page = driver.find_element("css selector", "body").text
    assert said["verdict"]["scope"] in page
    rows = {
        row.get_attribute("data-clause"): row.find_element("css selector", ".status").text
        for row in driver.find_elements("css selector", "tr[data-clause]")
    }
    assert set(rows) == {clause["id"] for clause in said["clauses"]}
    for clause in said["clauses"]:
        assert rows[clause["id"]].endswith(clause["verdict"])
    findings = {
        article.get_attribute("data-finding"): article.text
        for article in driver.find_elements("css selector", "article")
    }
    assert set(findings) == {finding["id"] for finding in said["findings"]}
    for finding in said["findings"]:
        assert finding["expected"] in findings[finding["id"]]
        assert finding["actual"] in findings[finding["id"]]


def test_its_content_security_policy_stops_foreign_scripts(
    browser: Callable[[bool], Any], report: Path
) -> None:
    page = report.read_text()
    report.write_text(page.replace("<main", "<script>window.foreign = 1</script><main", 1))
    driver = browser(True)
    driver.get(report.as_uri())
    assert driver.execute_script("return window.foreign") is None
    assert any("Content Security Policy" in message for message in _errors(driver))


def test_hostile_bodies_run_nothing(browser: Callable[[bool], Any], report: Path) -> None:
    driver = browser(True)
    driver.get(report.as_uri())
    driver.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert driver.find_elements("css selector", "main script, main img, main iframe") == []
    assert _errors(driver) == []


def test_a_page_of_hostile_texts_alone_runs_nothing_and_can_be_searched(
    browser: Callable[[bool], Any],
    results: Results,
    transcripts: tuple[Transcript, ...],
    tmp_path: Path,
) -> None:
    """Markup, control characters, formulas and commands of CI in every text, old runs included."""
    from selenium.webdriver.support.ui import WebDriverWait

    named = replace(results, scopes=(ScopeUse("listContacts", "read", (200,)),))
    poisoned = hostile.poison(named)
    earlier = replace(poisoned, findings=poisoned.findings[1:])
    comparison = Comparison((earlier,), compare_runs(earlier, poisoned))
    shown = hostile.poison(transcripts, hostile.SENT)
    file = tmp_path / "report.html"
    file.write_bytes(render(poisoned, shown, "html", comparison))
    driver = browser(True)
    driver.get(file.as_uri())
    driver.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert driver.find_elements("css selector", "main script, main img, main iframe") == []
    leading_out = "main a[href]:not([href^='#']):not(.prose a)"  # .prose: pages of checks
    assert driver.find_elements("css selector", leading_out) == []
    assert not set(driver.find_element("css selector", "body").text) & set(hostile.FORBIDDEN)

    driver.find_element("id", "words").send_keys("rfc9110-nothing")
    note = driver.find_element("id", "filtered")
    WebDriverWait(driver, 30).until(lambda _: note.is_displayed())
    assert "0 of" in note.text
    driver.find_element("id", "filter-clear").click()
    rows = "#evidence-list button"
    WebDriverWait(driver, 30).until(lambda d: d.find_elements("css selector", rows))
    assert not set(driver.find_element("id", "evidence-list").text) & set(hostile.FORBIDDEN)
    driver.find_element("css selector", rows).click()
    viewer = driver.find_element("id", "viewer")
    WebDriverWait(driver, 30).until(lambda _: viewer.is_displayed())
    assert not set(viewer.text) & set(hostile.FORBIDDEN)
    assert driver.find_elements("css selector", "dialog img, dialog script") == []
    assert _errors(driver) == []


@pytest.mark.parametrize("name", [name for name in FILE_NAMES if name != "html"])
def test_a_file_of_hostile_texts_does_nothing_when_a_browser_opens_it(
    name: str,
    browser: Callable[[bool], Any],
    results: Results,
    transcripts: tuple[Transcript, ...],
    tmp_path: Path,
) -> None:
    """As CI servers show artifacts: by name, as HTML in the worst case; Markdown when rendered."""
    shown = hostile.poison(transcripts, hostile.SENT)
    data = render(hostile.poison(results), shown, name)
    file = tmp_path / FILE_NAMES[name]
    file.write_bytes(data)
    if name == "markdown":
        file = tmp_path / "summary.html"
        parser = MarkdownIt("commonmark", {"html": True}).enable("table")
        file.write_text(f"<meta charset=utf-8>{parser.render(data.decode())}")
    elif file.suffix == ".csv":  # which the browser would download
        file = file.rename(tmp_path / "clauses.txt")
    driver = browser(True)
    driver.get(file.as_uri())
    assert (
        driver.find_elements("css selector", "img, iframe, object, body script, parsererror") == []
    )
    assert driver.find_elements("css selector", "a[href]") == []
    assert "octocat" in driver.page_source
    assert _errors(driver) == []


def test_evidence_is_unpacked_when_it_is_asked_for(
    browser: Callable[[bool], Any], report: Path
) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    driver = browser(True)
    driver.get(report.as_uri())
    row = driver.find_element("css selector", 'tr[data-clause="AUTH-1"]')
    row.find_element("css selector", "summary").click()
    (button, *_) = [
        b for b in row.find_elements("css selector", "button[data-exchange]")
        if b.get_attribute("data-exchange") == "x-2"
    ]  # fmt: skip
    button.click()
    viewer = driver.find_element("id", "viewer")
    WebDriverWait(driver, 30).until(lambda _: viewer.is_displayed())
    assert "GET /v2/contacts?limit=2 → 401 Unauthorized" in viewer.text
    assert "A token is due." in driver.find_element("id", "viewer-response").text
    driver.find_element("id", "viewer-close").click()
    assert not viewer.is_displayed()

    driver.execute_script("document.getElementById('evidence').open = true")
    items = "#evidence-list li"
    WebDriverWait(driver, 30).until(lambda d: len(d.find_elements("css selector", items)) == 8)
    driver.find_element("id", "evidence-words").send_keys("gnp.exe")
    WebDriverWait(driver, 30).until(lambda d: len(d.find_elements("css selector", items)) == 1)
    driver.find_element("css selector", f"{items} button").click()
    shown = driver.find_element("id", "viewer-response").text
    assert "<script>alert('body')</script> ⟨U+202E⟩gnp.exe" in shown
    assert _errors(driver) == []


def _shown(driver: Any, selector: str, name: str) -> list[str]:
    found = driver.find_elements("css selector", selector)
    return [one.get_attribute(name) for one in found if one.is_displayed()]


def _choose(driver: Any, name: str, value: str) -> None:
    from selenium.webdriver.support.ui import Select

    driver.find_element("css selector", "details.filters").get_attribute("open") or (
        driver.find_element("css selector", "details.filters > summary").click()
    )
    Select(driver.find_element("css selector", f"[data-filter={name}]")).select_by_visible_text(
        value
    )


def test_words_filter_all_of_the_page_and_stay_in_the_address(
    browser: Callable[[bool], Any], report: Path
) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    driver = browser(True)
    driver.get(report.as_uri())
    driver.find_element(By.TAG_NAME, "body").send_keys("/")
    assert driver.switch_to.active_element.get_attribute("id") == "words"
    driver.switch_to.active_element.send_keys("signed")
    note = driver.find_element("id", "filtered")
    WebDriverWait(driver, 30).until(lambda _: note.is_displayed())
    assert _shown(driver, "tr[data-clause]", "data-clause") == ["HOOK-1"]
    assert _shown(driver, "article.finding", "data-finding") == ["f-31bb"]
    assert "Only what fits “signed”" in note.text
    assert "1 of 12 clauses" in note.text
    WebDriverWait(driver, 30).until(lambda d: "?q=signed" in d.current_url)

    driver.get(driver.current_url)
    assert _shown(driver, "tr[data-clause]", "data-clause") == ["HOOK-1"]
    driver.find_element("id", "filter-clear").click()
    assert len(_shown(driver, "tr[data-clause]", "data-clause")) == 14
    assert "?" not in driver.current_url
    assert _errors(driver) == []


@pytest.mark.parametrize(
    ("name", "value", "clauses"),
    [
        ("v", "inconclusive", ["RATE-2"]),
        ("l", "should", ["HDR-1"]),
        ("a", "receiver", ["HOOK-2"]),
        ("c", "headers/request-id", ["HDR-1"]),
        ("o", "createContact", ["AUTH-1"]),
    ],
)
def test_each_filter_shows_what_is_about_it(
    browser: Callable[[bool], Any], report: Path, name: str, value: str, clauses: list[str]
) -> None:
    driver = browser(True)
    driver.get(report.as_uri())
    _choose(driver, name, value)
    assert _shown(driver, "tr[data-clause]", "data-clause") == clauses
    assert f"{name}=" in driver.current_url


@pytest.fixture
def full(tmp_path: Path, results: Results, transcripts: tuple[Transcript, ...]) -> Path:
    """A page that has drawings of scopes and deliveries beside the facts."""
    (hook,) = [e for t in transcripts for e in t.exchanges if e.direction is Direction.IN]
    came = tuple(replace(hook, id=f"h{n}", sent_at=hook.sent_at + n) for n in range(3))
    scopes = (ScopeUse("listContacts", "read", (403,)), ScopeUse("createContact", "write", (403,)))
    played = (*transcripts, Transcript("webhooks/signature/contact.created", came))
    reads = {"webhooks/signature": {"reads": ["webhooks"]}}
    known = {**results.catalogue, **reads}
    file = tmp_path / "full.html"
    file.write_bytes(render(replace(results, scopes=scopes, catalogue=known), played, "html"))
    return file


@pytest.mark.parametrize(
    ("name", "value", "facts", "scopes", "lanes", "nothing_in"),
    [
        ("c", "webhooks/signature", ["webhooks.signature"], [], 1, "scopes"),
        ("o", "createContact", [], ["createContact"], 0, "deliveries"),
    ],
)
def test_filters_reach_facts_and_drawings(  # noqa: PLR0917  (a row of the table)
    browser: Callable[[bool], Any],
    full: Path,
    name: str,
    value: str,
    facts: list[str],
    scopes: list[str],
    lanes: int,
    nothing_in: str,
) -> None:
    """What does not fit is hidden in tables, and pale in drawings, where it keeps its place."""
    driver = browser(True)
    driver.get(full.as_uri())
    driver.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    _choose(driver, name, value)

    def fitting(selector: str) -> list[str]:
        return [
            one.get_attribute("textContent")
            for one in driver.find_elements("css selector", f"{selector}:not([hidden])")
        ]

    rows = driver.find_elements("css selector", ".fact-table tbody th")
    assert [row.text for row in rows if row.is_displayed()] == facts
    assert [text.partition(",")[0] for text in fitting(".scope-matrix [data-f]")] == scopes
    assert len(fitting("[aria-labelledby=deliveries] .lanes [data-f]")) == lanes
    pale = driver.find_elements("css selector", "svg [data-f][hidden]")
    assert pale
    for one in pale:
        assert one.value_of_css_property("display") == "inline"
        assert float(one.value_of_css_property("opacity")) < 0.5
    section = driver.find_element("css selector", f"[aria-labelledby={nothing_in}]")
    assert section.text == section.find_element("css selector", "h2").text
    driver.find_element("id", "filter-clear").click()
    assert not driver.find_elements("css selector", "[data-f][hidden], .empty")
    assert _errors(driver) == []


def test_words_are_sought_in_the_exchanges_too(browser: Callable[[bool], Any], full: Path) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    driver = browser(True)
    driver.get(f"{full.as_uri()}?q=gnp.exe")
    driver.find_element("css selector", "#evidence > summary").click()
    items = "#evidence-list li"
    WebDriverWait(driver, 30).until(lambda d: len(d.find_elements("css selector", items)) == 1)
    driver.find_element("id", "filter-clear").click()
    WebDriverWait(driver, 30).until(lambda d: len(d.find_elements("css selector", items)) > 8)
    assert _errors(driver) == []


def test_a_link_to_what_a_filter_hides_shows_it(
    browser: Callable[[bool], Any], report: Path
) -> None:
    driver = browser(True)
    driver.get(f"{report.as_uri()}?q=signed#clause-RATE-2")
    assert driver.find_element("id", "clause-RATE-2").is_displayed()


def test_without_javascript_it_says_the_same(
    browser: Callable[[bool], Any], report: Path, results: Results
) -> None:
    driver = browser(False)
    driver.get(report.as_uri())
    page = driver.find_element("css selector", "body").text
    for said in (results.word.word.value, results.word.scope, results.word.why):
        assert said in page
    for item in results.clauses:
        assert item.clause.id in page
    for finding in results.findings:
        assert finding.expected in page
    for control in driver.find_elements("css selector", "main button, main input, main select"):
        assert not control.is_displayed()
    figure = driver.find_element("css selector", "article figure")
    assert "HTTP/1.1 201 Created" in figure.text


def test_closed_details_are_on_paper(browser: Callable[[bool], Any], report: Path) -> None:
    driver = browser(True)
    driver.get(report.as_uri())
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        closed = driver.find_element("css selector", "#glossary ~ details dd")
        assert (
            driver.execute_script("return arguments[0].getBoundingClientRect().height", closed) > 0
        )
        assert not driver.find_element("css selector", "nav").is_displayed()
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
