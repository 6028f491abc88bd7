"""Tasks of several teams, on FastAPI, with webhooks signed by the library standardwebhooks.

A worker thread delivers, a moment after the request. Ids are counted for each team. The document is
FastAPI's own: without links, and without a word on webhooks. BROKEN names one mistake.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field, HttpUrl
from standardwebhooks import Webhook

BROKEN = os.environ.get("BROKEN", "")
TEAMS = {os.environ["RED_TOKEN"]: "red", os.environ["BLUE_TOKEN"]: "blue"}
PAUSE_S, LATE_S = 0.2, 5.0
RETRIES_S = (1.0, 2.0)
OVERLAP_S = 2.0
TOPICS = ("task.created", "task.completed")


class NewTask(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=200)]


class Task(NewTask):
    number: int
    done: bool = False


class NewEndpoint(BaseModel):
    target: HttpUrl
    topics: list[str]


class Endpoint(NewEndpoint):
    endpoint_id: int
    signing_secret: str | None = None


@dataclass
class Subscription:
    team: str
    target: str
    topics: list[str]
    number: int
    keys: list[tuple[str, float]] = field(default_factory=list)
    """Secrets, the newest first, with the times until which they sign."""
    deleted: bool = False


class Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: urllib.request.Request, *seen: Any) -> Any:
        """None, as an honest sender follows no redirect; urllib itself follows none with a body."""
        if BROKEN != "follows":
            return None
        return urllib.request.Request(seen[-1], data=req.data, headers=dict(req.header_items()))


OPENER = urllib.request.build_opener(Redirects)
TASKS: dict[str, dict[int, Task]] = {"red": {}, "blue": {}}
ENDPOINTS: dict[int, Subscription] = {}
NUMBERS = count(1)


def make_secret() -> str:
    return f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"


def publish(topic: str, team: str, task: Task) -> None:
    wanted = [
        one
        for one in ENDPOINTS.values()
        if BROKEN != "nothing"
        if topic in one.topics or BROKEN == "every-topic"
        if one.team == team or BROKEN == "every-team"
        if not one.deleted or BROKEN == "after-deletion"
    ]
    for endpoint in wanted:
        body = json.dumps({"topic": topic, "task": task.model_dump()}).encode()
        threading.Thread(target=deliver, args=(endpoint, body), daemon=True).start()


def deliver(endpoint: Subscription, body: bytes) -> None:
    name = f"msg_{secrets.token_hex(8)}"
    for pause in (LATE_S if BROKEN == "late" else PAUSE_S, *RETRIES_S):
        time.sleep(pause)
        acknowledged = attempt(endpoint, name, body)
        if BROKEN == "never-again" or (acknowledged and BROKEN != "acknowledged-again"):
            return
        if endpoint.deleted:
            return
        if BROKEN == "new-id-again":
            name = f"msg_{secrets.token_hex(8)}"


def attempt(endpoint: Subscription, name: str, body: bytes) -> bool:
    now = datetime.now(UTC)
    alive = [
        key for key, until in endpoint.keys if time.time() < until or BROKEN == "both-for-ever"
    ]
    keys = alive[-1:] if BROKEN == "old-secret" else alive
    signed = json.dumps(json.loads(body), indent=1) if BROKEN == "signs-dump" else body.decode()
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(name, now, signed) for key in keys),
    }
    if BROKEN == "unsigned":
        del headers["webhook-signature"]
    request = urllib.request.Request(endpoint.target, data=body, headers=headers)
    with suppress(OSError), OPENER.open(request, timeout=5) as response:
        return 200 <= response.status < 300
    return False


app = FastAPI()
bearer = HTTPBearer()


def find_team(given: Annotated[Any, Depends(bearer)]) -> str:
    team = TEAMS.get(given.credentials)
    if team is None:
        raise HTTPException(401)
    return team


Team = Annotated[str, Depends(find_team)]


def find_task(number: int, team: Team) -> Task:
    if number not in TASKS[team]:
        raise HTTPException(404)
    return TASKS[team][number]


def find_endpoint(endpoint_id: int, team: Team) -> Subscription:
    found = ENDPOINTS.get(endpoint_id)
    if found is None or found.team != team or found.deleted:
        raise HTTPException(404)
    return found


def show(one: Subscription, *, secret: bool = False) -> dict[str, Any]:
    shown: dict[str, Any] = {"endpoint_id": one.number, "target": one.target, "topics": one.topics}
    return shown | (
        {"signing_secret": one.keys[0][0]} if secret or BROKEN == "secret-shown" else {}
    )


@app.post("/tasks", status_code=201, operation_id="add_task")
def add_task(new: NewTask, team: Team) -> Task:
    task = Task(title=new.title, number=len(TASKS[team]) + 1)
    TASKS[team][task.number] = task
    publish("task.created", team, task)
    return task


@app.post("/tasks/{number}/complete", operation_id="complete_task")
def complete_task(team: Team, task: Annotated[Task, Depends(find_task)]) -> Task:
    task.done = True
    publish("task.completed", team, task)
    return task


@app.post("/endpoints", status_code=201, operation_id="add_endpoint", response_model=Endpoint)
def add_endpoint(new: NewEndpoint, team: Team) -> dict[str, Any]:
    if not set(new.topics) <= set(TOPICS):
        raise HTTPException(422)
    if new.target.scheme != "https" and new.target.host != "127.0.0.1" and BROKEN != "plain":
        raise HTTPException(422)
    made = Subscription(team, str(new.target), new.topics, next(NUMBERS))
    made.keys = [(make_secret(), float("inf"))]
    ENDPOINTS[made.number] = made
    return show(made, secret=True)


@app.get(
    "/endpoints/{endpoint_id}",
    operation_id="get_endpoint",
    response_model=Endpoint,
    response_model_exclude_none=True,
)
def get_endpoint(found: Annotated[Subscription, Depends(find_endpoint)]) -> dict[str, Any]:
    return show(found)


@app.post("/endpoints/{endpoint_id}/secret", operation_id="rotate_secret", response_model=Endpoint)
def rotate_secret(found: Annotated[Subscription, Depends(find_endpoint)]) -> dict[str, Any]:
    old = (found.keys[0][0], time.time() + OVERLAP_S)
    found.keys = [(make_secret(), float("inf")), old]
    return show(found, secret=True)


@app.delete("/endpoints/{endpoint_id}", status_code=204, operation_id="remove_endpoint")
def remove_endpoint(found: Annotated[Subscription, Depends(find_endpoint)]) -> Response:
    found.deleted = True
    return Response(status_code=204)


if __name__ == "__main__":
    uvicorn.run(app, fd=int(os.environ["SOCKET"]), log_level="warning")
