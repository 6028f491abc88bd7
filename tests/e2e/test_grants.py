"""Authorization servers that others wrote: what is found is true, and nothing else is found.

Both are held against the same policy. oidc-provider keeps it; Authlib, set up as its documentation
shows, does not keep all of it. What is found must be what is kept in `grants/found.json`, each
line of which was looked at by hand; KEEP_FINDINGS=1 writes it anew. A person approves by a cookie
and a form here, and by a command there.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.servers import find_free_port, install_with_npm, install_with_pip, running

SERVERS = Path(__file__).parent / "grants"
KEPT = SERVERS / "found.json"
METADATA = "/.well-known/oauth-authorization-server"
SECRETS = {
    "TOKEN": "t0ken-of-ada-4f9c2a7d81",
    "SESSION": "s3ssion-of-ada-77a1c0de",
    "A_SECRET": "s3cret-of-a-51b7d9",
    "B_SECRET": "s3cret-of-b-90e4fa",
    "LIMITED_SECRET": "s3cret-of-limited-3c2b",
}


def install_authlib(folder: Path) -> list[str | Path]:
    programs = install_with_pip(folder, SERVERS / "requirements.txt")
    return [programs / "python", SERVERS / "on_authlib.py"]


def install_oidc_provider(folder: Path) -> list[str | Path]:
    for name in ("package.json", "on_oidc_provider.mjs"):
        shutil.copy(SERVERS / name, folder)
    install_with_npm(folder)
    return ["node", "on_oidc_provider.mjs"]


INSTALL = {"authlib": install_authlib, "oidc_provider": install_oidc_provider}


def summary(results: Any) -> dict[str, Any]:
    """Verdict -> the checks that end in it, and what was found; what does not apply is left out."""
    found: dict[str, Any] = {}
    for result in sorted(results["results"], key=lambda one: str(one["check"])):
        if result["verdict"] == "fail":
            failures = sorted(f"{one['outcome']}: {one['actual']}" for one in result["failures"])
            found.setdefault("fail", {})[result["check"]] = failures
        elif result["verdict"] != "not-applicable":
            found.setdefault(result["verdict"], []).append(result["check"])
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", INSTALL)
def test_an_authorization_server_of_others_is_judged_as_it_is(
    name: str, tmp_path: Path, apicheck: Callable[..., Any]
) -> None:
    port, environ = find_free_port(), {**os.environ, **SECRETS}
    command = [*INSTALL[name](tmp_path), str(port)]
    with running(command, tmp_path, port, METADATA, environ) as url:
        said = apicheck(
            *("run", "--target", SERVERS / f"{name}.toml", "--base-url", url),
            *("--out", tmp_path / "run"),
            env=SECRETS,
        )
    results = tmp_path / "run" / "results.json"
    assert results.exists(), said.err
    found = summary(json.loads(results.read_text()))
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if os.environ.get("KEEP_FINDINGS"):
        kept[name] = found
        KEPT.write_text(json.dumps(kept, indent=1) + "\n")
    assert found == kept[name]
