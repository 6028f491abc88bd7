"""Tickets on Flask, with webhooks in the form of Svix.

A worker for each ticket delivers one after the other, and repeats what is not acknowledged before
it sends the next. Redirects are followed. BROKEN names one mistake.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import secrets
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request
from standardwebhooks import Webhook
from werkzeug.serving import make_server

BROKEN = os.environ.get("BROKEN", "")
KEY = os.environ["TICKETS_KEY"]
RETRIES_S = (0.5, 1.0)
FOLLOWED = (307, 308)
EVENTS = ("ticket.opened", "ticket.renamed")


@dataclass
class Hook:
    url: str
    events: list[str]
    secret: str


class StopsAtRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """None: `post` follows them itself."""


OPENER = urllib.request.build_opener(StopsAtRedirects)
TICKETS: dict[str, dict[str, Any]] = {}
HOOKS: dict[str, Hook] = {}
QUEUES: dict[str, queue.Queue[tuple[str, bytes]]] = {}
app = Flask(__name__)


def publish(event: str, ticket: dict[str, Any]) -> None:
    name = str(ticket["id"])
    if name not in QUEUES:
        QUEUES[name] = queue.LifoQueue() if BROKEN == "newest-first" else queue.Queue()
        threading.Thread(target=work, args=(QUEUES[name],), daemon=True).start()
    for hook_id, hook in list(HOOKS.items()):
        if event in hook.events and BROKEN != "silent":
            body = json.dumps({"type": event, "data": ticket}).encode()
            for _ in range(2 if BROKEN == "twice" else 1):
                QUEUES[name].put((hook_id, body))


def work(waiting: queue.Queue[tuple[str, bytes]]) -> None:
    while True:
        hook_id, body = waiting.get()
        message = f"msg_{secrets.token_hex(8)}"
        for pause in (0.0, *RETRIES_S):
            time.sleep(pause)
            hook = HOOKS.get(hook_id)
            if hook is None or 200 <= post(hook, hook.url, message, body) < 300:
                break
            if BROKEN == "never-again":
                break


def post(hook: Hook, url: str, message: str, body: bytes) -> int:
    now = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "svix-id": message,
        "svix-timestamp": str(int(now.timestamp())),
        "svix-signature": Webhook(hook.secret).sign(message, now, body.decode()),
    }
    sent = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with OPENER.open(sent, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        if error.code not in FOLLOWED or url != hook.url or BROKEN == "follows-none":
            return error.code
        if BROKEN == "follows-by-get":
            with OPENER.open(error.headers["Location"], timeout=5) as response:
                return int(response.status)
        return post(hook, error.headers["Location"], message, body)
    except OSError:
        return 0


@app.before_request
def authenticate() -> None:
    if request.path != "/openapi.json" and request.headers.get("X-Key") != KEY:
        abort(401)


@app.post("/tickets")
def open_ticket() -> tuple[dict[str, Any], int]:
    return save(f"t{len(TICKETS) + 1}", "ticket.opened"), 201


@app.patch("/tickets/<name>")
def rename_ticket(name: str) -> dict[str, Any]:
    if name not in TICKETS:
        abort(404)
    return save(name, "ticket.renamed")


def save(name: str, event: str) -> dict[str, Any]:
    given = request.get_json()
    if not isinstance(given, dict) or not isinstance(given.get("title"), str):
        abort(422)
    TICKETS[name] = {"id": name, "title": given["title"]}
    publish(event, TICKETS[name])
    return TICKETS[name]


@app.post("/hooks")
def add_hook() -> tuple[dict[str, Any], int]:
    given = request.get_json()
    if not isinstance(given, dict) or not set(given.get("events", [""])) <= set(EVENTS):
        abort(422)
    secret = f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"
    name = secrets.token_hex(6)
    HOOKS[name] = Hook(given["url"], given["events"], secret)
    return {"id": name, "secret": secret}, 201


@app.delete("/hooks/<name>")
def remove_hook(name: str) -> Response:
    if HOOKS.pop(name, None) is None:
        abort(404)
    return Response(status=204)


@app.get("/openapi.json")
def show_document() -> Response:
    return Response(Path("openapi.json").read_text(), mimetype="application/json")


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, app, threaded=True, fd=int(os.environ["SOCKET"]))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.serve_forever()
