"""Flask-Limiter: on_flask.py PORT STRATEGY [headers]."""

import sys

from flask import Flask, jsonify
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.serving import WSGIRequestHandler

WSGIRequestHandler.protocol_version = "HTTP/1.1"
app = Flask(__name__)
limiter = Limiter(
    get_remote_address,
    app=app,
    storage_uri="memory://",
    strategy=sys.argv[2],
    headers_enabled="headers" in sys.argv,
)


@app.get("/things")
@limiter.limit("3/5 seconds")
def list_things():
    return jsonify([])


app.run(port=int(sys.argv[1]), threaded=True)
