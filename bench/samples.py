"""Renew the sample reports and their pictures: make samples.

Two runs against the reference server: an honest one, and one with five faults, whose page says
what changed since the first.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PLACE = Path(__file__).parents[1] / "reports" / "sample"
COMMAND = Path(sys.executable).with_name("apicheck")
FAULTS = (
    "auth/treats-percent-as-wildcard",
    "scopes/read-grants-write",
    "ratelimit/reset-in-milliseconds",
    "versioning/deprecation-true",
    "webhooks/signs-parsed-body",
)
HONEST, FAULTY = "conformant.html", "with-faults.html"
PICTURES = (
    ("first-screen.png", FAULTY, "", 1100, 820),
    ("scopes.png", FAULTY, "#scopes", 1100, 620),
)
"""File, page, place on it, width and height."""


def main() -> None:
    """Make both pages and all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        honest, faulty = Path(folder, "conformant"), Path(folder, "with-faults")
        _call("demo", "--out", honest)
        _call("demo", *(f"--fault={fault}" for fault in FAULTS), "--out", faulty, codes=(1,))
        _call("report", honest, "-o", PLACE / HONEST)
        _call("report", faulty, "--since", honest, "-o", PLACE / FAULTY)
    _take_pictures()


def _call(*arguments: str | Path, codes: Sequence[int] = (0,)) -> None:
    said = subprocess.run([COMMAND, *arguments], stdout=subprocess.DEVNULL, check=False)
    if said.returncode not in codes:
        sys.exit(f"apicheck {arguments[0]} ended with {said.returncode}")


def _take_pictures() -> None:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        sys.exit("no pictures: chromium and chromedriver are not there")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ("headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars"):
        options.add_argument(f"--{word}")
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        for picture, page, place, width, height in PICTURES:
            size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.get((PLACE / page).as_uri() + place)
            browser.save_screenshot(str(PLACE / picture))
    finally:
        browser.quit()


if __name__ == "__main__":
    main()
