"""A FastAPI app whose staging server has a control hook: limits and lifetimes ask its clock.

`FAULTS=limit` lets two requests too many through, `FAULTS=lifetime` never ends a token. `WINDOW` is
that of the limit, in seconds.
"""

import os
import secrets
from collections.abc import Mapping
from itertools import count
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2

from apicheck.control_hook import ControlHook, MovableClock

FAULTS = os.environ.get("FAULTS", "").split(",")
LIMIT, WINDOW_S, LIFETIME_S = 20, float(os.environ.get("WINDOW", "60")), 3600.0

app = FastAPI(title="Hooked", version="1")
clock = MovableClock()
numbers = count(1)
expires: dict[str, float] = {os.environ["HOOKED_TOKEN"]: float("inf")}
tokens: dict[str, str] = {}
windows: dict[str, tuple[float, int]] = {}
scheme = OAuth2(flows={"clientCredentials": {"tokenUrl": "/token", "scopes": {}}}, auto_error=False)


def admit(header: Annotated[str | None, Depends(scheme)]) -> str:
    token = (header or "").removeprefix("Bearer ")
    ended = token in expires and clock.now() >= expires[token] and "lifetime" not in FAULTS
    if not (header or "").startswith("Bearer ") or token not in expires or ended:
        raise HTTPException(401, "No valid token", {"WWW-Authenticate": "Bearer"})
    begun, used = windows.get(token, (0.0, 0))
    if clock.now() >= begun + WINDOW_S:
        begun, used = clock.now(), 0
    if used >= LIMIT + ("limit" in FAULTS) * 2:
        raise HTTPException(429, "Too many requests")
    windows[token] = begun, used + 1
    return token


@app.get("/things", operation_id="listThings", responses={401: {}, 429: {}})
async def list_things(_: Annotated[str, Depends(admit)]) -> list[str]:
    return ["one", "two"]


def mint(wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    token, name = secrets.token_urlsafe(24), f"minted-{next(numbers)}"
    ends = clock.now() + (wanted.get("lifetime") or LIFETIME_S)
    state = wanted.get("state", "active")
    if state not in ("active", "revoked"):
        raise ValueError(f"no token can be {state}")
    if state == "active":
        expires[token] = ends
        tokens[name] = token
    return {"id": name, "name": name, "token": token, "state": state, "expires": ends}


def revoke(name: str) -> None:
    del expires[tokens[name]]


if __name__ == "__main__":
    hooked = ControlHook(app, clock, mint=mint, revoke=revoke)
    uvicorn.run(hooked, fd=int(os.environ["SOCKET"]), log_level="warning")
