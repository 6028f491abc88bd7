"""Measure the report's page with 100,000 exchanges: how long it takes, its size, how it opens.

Run: python bench/page.py [EXCHANGES]. Opening is measured where chromium and its driver are there.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from apicheck.model.exchange import Exchange, Request, Response, Role, Transcript
from apicheck.model.results import NO_PROVENANCE, Results, Word
from apicheck.model.verdict import RunWord
from apicheck.report import render

COUNT = 100_000
MOST_BYTES, MOST_MS = 30_000_000, 1000


def main() -> int:
    """Print the figures; the exit code is 1 where one is too large."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    begin, digests = "2026-11-21T06:30:00Z", {"policy": "", "openapi": ""}
    run = replace(NO_PROVENANCE, started=begin, requests=count, digests=digests)
    results = Results(run, Word(RunWord.CONFORMANT, 0, "", ""), (), (), (), (), ())
    began = time.perf_counter()
    page = render(results, _make_exchanges(count), "html")
    seconds = time.perf_counter() - began
    print(f"{count} exchanges: written in {seconds:.1f} s, {len(page) / 1e6:.1f} MB")
    opened = _open(page)
    if opened is None:
        print("not opened: chromium and chromedriver are not there")
    else:
        print(f"opened in {opened:.0f} ms (median of 5)")
    return int(len(page) > MOST_BYTES or (opened or 0) > MOST_MS)


def _make_exchanges(count: int) -> Iterator[Transcript]:
    """Exchanges of about 1 KB with ids that do not repeat, which compress as badly as real ones."""
    for number in range(count):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        fields = (("Content-Type", "application/json"), ("X-Request-Id", digest[:36]))
        items = [{"id": digest[n : n + 12], "state": "open", "number": n} for n in range(12)]
        body = json.dumps({"data": items, "next": digest}).encode()
        request = Request("GET", f"/v2/contacts/{digest[:12]}", headers=(("Accept", "*/*"),))
        at = number / 100
        response = Response(200, fields, body, "OK")
        exchange = Exchange(f"e{number}", request, response, None, at, at + 0.01, Role.TABLE)
        yield Transcript(f"check/subject/{number}", (exchange,))


def _open(page: bytes) -> float | None:
    """Milliseconds until the page can be used; None without a browser."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        return None
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument(f"--{word}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.html")
        file.write_bytes(page)
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        try:
            return sorted(_load(browser, file) for _ in range(5))[2]
        finally:
            browser.quit()


def _load(browser: Any, file: Path) -> float:
    browser.get(file.as_uri())
    entry = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    return float(browser.execute_script(f"return {entry}"))


if __name__ == "__main__":
    sys.exit(main())
