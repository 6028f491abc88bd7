"""An app of Slack Bolt, as the page of its adapter for Flask shows it.

Bolt verifies deliveries, responds to handshakes and dispatches events by itself.
"""

from __future__ import annotations

import os

from flask import Flask, Response, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from werkzeug.serving import make_server


def authorize() -> AuthorizeResult:
    """Nobody is asked over the network for a token."""
    return AuthorizeResult(enterprise_id=None, team_id="T00000000", bot_token="xoxb", bot_id="B1")


bolt = App(signing_secret=os.environ["RECEIVER_SECRET"], authorize=authorize)
handler = SlackRequestHandler(bolt)
app = Flask(__name__)


@bolt.event("app_mention")
def note_mention() -> None:
    """Somebody mentioned the app."""


@app.post("/slack/events")
def receive() -> Response:
    return handler.handle(request)


if __name__ == "__main__":
    make_server("127.0.0.1", int(os.environ["PORT"]), app, threaded=True).serve_forever()
