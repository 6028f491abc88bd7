"""The page without barriers: axe, the keyboard, a phone's width, and paper."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apicheck.judge import compare_runs
from apicheck.model.difference import Comparison
from apicheck.model.exchange import (
    Direction,
    Exchange,
    Request,
    Response,
    Role,
    Transcript,
)
from apicheck.model.results import Results, ScopeUse
from apicheck.model.verdict import Verdict
from apicheck.model.waiver import Waiver
from apicheck.report import render

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "axe/node_modules/axe-core/axe.min.js"
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
MOST_PAGES = 15


def use_up_a_limit() -> Transcript:
    """A client that is refused, waits, and may go on."""
    request = replace(Request("GET", "/v2/contacts"), identity="admin")
    left = [3, 2, 1, 0, 0, 3]
    responses = [
        Response(
            200 if at != 4 else 429,
            (("RateLimit", f'"default";r={rest};t=9'), ("Retry-After", "9")),
        )
        for at, rest in enumerate(left)
    ]
    exchanges = [
        Exchange(f"l{at}", request, response, None, at * 3.0, at * 3.0 + 0.1, Role.TABLE)
        for at, response in enumerate(responses)
    ]
    return Transcript("ratelimit/quota/general", tuple(exchanges))


@pytest.fixture
def page(results: Results, transcripts: tuple[Transcript, ...], tmp_path: Path) -> Path:
    """A page that has every section: drawings, a trend, waivers and attestations."""
    (hook,) = [e for t in transcripts for e in t.exchanges if e.direction is Direction.IN]
    hooks = tuple(replace(hook, id=f"h{n}", sent_at=hook.sent_at + n) for n in range(3))
    full = replace(
        results,
        scopes=(ScopeUse("listContacts", "read", (403,), (200,)), ScopeUse("createContact", "w")),
    )
    waiver = Waiver("until the new gateway", "Ada", "2026-11-01", "2027-01-01", "T-1")
    clauses = (replace(results.clauses[0], waiver=waiver), *results.clauses[1:])
    full = replace(full, clauses=clauses)
    earlier = replace(results, findings=results.findings[1:])
    comparison = Comparison((earlier,), compare_runs(earlier, full))
    played = (*transcripts, Transcript("webhooks/retried/api", hooks), use_up_a_limit())
    file = tmp_path / "report.html"
    file.write_bytes(render(full, played, "html", comparison))
    return file


@pytest.fixture
def driver(browser: Callable[[bool], Any], page: Path) -> Iterator[Any]:
    opened = browser(True)
    opened.get(page.as_uri())
    yield opened
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def _open_all(driver: Any) -> None:
    driver.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


@pytest.mark.parametrize("opened", [False, True], ids=["closed", "open"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_axe_finds_no_barrier(driver: Any, scheme: str, phone: bool, opened: bool) -> None:
    if not AXE.exists():
        reason = f"no axe-core: npm ci --prefix {AXE.parents[2]}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        # Whoever has no npm can still work on apicheck; CI must have it.
        pytest.skip(reason)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    if phone:
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    if opened:
        _open_all(driver)
    driver.execute_script(AXE.read_text())
    driver.set_script_timeout(120)
    found = driver.execute_async_script(
        "axe.run({resultTypes: ['violations']}).then(arguments[arguments.length - 1])"
    )
    assert len(found["passes"]) > 20
    barriers = {one["id"]: [node["html"] for node in one["nodes"]] for one in found["violations"]}
    assert barriers == {}


def test_the_page_that_axe_looks_at_has_every_section(driver: Any) -> None:
    """Otherwise a new section could have barriers that nobody looks for."""
    optional = {"waivers", "attestations", "trend", "operations", "timelines", "deliveries"}
    optional |= {"latency", "scopes", "facts", "tasks", "elsewhere", "themes"}
    there = {one.get_attribute("id") for one in driver.find_elements("css selector", "main h2")}
    assert optional <= there


def test_every_control_is_reached_and_used_by_the_keyboard(driver: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    def press(key: str) -> Any:
        driver.switch_to.active_element.send_keys(key)
        return driver.switch_to.active_element

    assert press(Keys.TAB).get_attribute("class") == "skip"
    assert driver.switch_to.active_element.is_displayed()
    names: set[str] = set()
    for _ in range(60):
        reached = press(Keys.TAB)
        names.add(reached.get_attribute("id") or reached.text)
        assert reached.value_of_css_property("outline-style") != "none", reached.text
    assert {"words", "Clauses", "Glossary"} <= names

    summary = driver.find_element("css selector", "details.filters > summary")
    driver.execute_script("arguments[0].focus()", summary)
    press(Keys.ENTER)
    choices = driver.find_element("css selector", ".choices")
    assert choices.is_displayed()
    press(Keys.TAB)
    press(Keys.ESCAPE)
    assert not choices.is_displayed()
    assert driver.switch_to.active_element == summary


def test_on_a_phone_nothing_is_wider_than_the_screen_unannounced(driver: Any) -> None:
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    _open_all(driver)
    assert driver.execute_script("return document.documentElement.scrollWidth") == PHONE["width"]
    silent = driver.execute_script(
        """
        const scrolls = (e) => e.scrollWidth > e.clientWidth
          && ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
        return [...document.querySelectorAll("main *")].filter((e) => scrolls(e)
          && !getComputedStyle(e, "::before").content.includes("scroll sideways"))
          .map((e) => e.outerHTML.slice(0, 200));
        """
    )
    assert silent == []


def _print(driver: Any, file: Path) -> int:
    """Print a page as PDF; returns how many sheets it takes."""
    driver.get(file.as_uri())
    # A page that was not yet drawn once has been printed as one sheet.
    driver.execute_async_script(
        "const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(() => done()))"
    )
    printed = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", base64.b64decode(printed["data"])))


def test_paper_has_a_short_form_and_a_full_one(
    driver: Any, results: Results, transcripts: tuple[Transcript, ...], tmp_path: Path
) -> None:
    """The clauses and findings of a large policy, printed in both forms."""
    failed = results.clauses[0]
    (passed, *_) = [one for one in results.clauses if one.verdict is Verdict.PASS]
    clauses = [
        replace(one, clause=replace(one.clause, id=f"A-{number}"), findings=())
        for number, one in enumerate([failed] * 100 + [passed] * 900)
    ]
    kinds = tuple(replace(results.findings[0], id=f"f{n}", check=f"a/b{n}") for n in range(40))
    large = replace(results, clauses=tuple(clauses), findings=kinds)
    short, full = tmp_path / "short.html", tmp_path / "full.html"
    short.write_bytes(render(large, transcripts, "html"))
    full.write_bytes(render(large, transcripts, "html", print_full=True))
    sheets = _print(driver, short)
    assert 5 <= sheets <= MOST_PAGES
    assert _print(driver, full) > sheets


def test_paper_keeps_the_colour_of_bars_and_numbers_its_pages(driver: Any) -> None:
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    bar = driver.find_element("css selector", ".bar span")
    assert bar.value_of_css_property("print-color-adjust") == "exact"
    assert bar.size["height"] > 0
    drawn = driver.find_elements("css selector", "svg[role=img]")
    assert len(drawn) == 5
    assert all(one.is_displayed() for one in drawn)
    rules = driver.execute_script("return document.querySelector('style').textContent")
    assert "counter(page)" in rules
