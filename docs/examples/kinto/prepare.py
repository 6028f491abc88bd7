"""Makes the accounts and objects that the run needs, and prints the accounts' passwords.

apicheck starts it, as `[credentials] command`; KINTO_URL says where Kinto is, if not on port 8888.
"""

import base64
import json
import os
import secrets
import urllib.error
import urllib.request

ROOT = os.environ.get("KINTO_URL", "http://127.0.0.1:8888") + "/v1"


def put(path: str, body: object, user: str = "", password: str = "") -> None:
    """Creates or replaces an object."""
    headers = {"Content-Type": "application/json"}
    if user:
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    data = json.dumps(body).encode()
    request = urllib.request.Request(ROOT + path, data, headers, method="PUT")
    urllib.request.urlopen(request, timeout=10).close()


def main() -> None:
    """The admin first: his account may then make the others and the public bucket."""
    passwords = {name: secrets.token_urlsafe(18) for name in ("admin", "neighbour", "reader")}
    admin = ("admin", passwords["admin"])
    try:
        put("/accounts/admin", {"data": {"password": passwords["admin"]}})
    except urllib.error.HTTPError as refusal:
        raise SystemExit("start Kinto anew: its admin has a password already") from refusal
    for name in ("neighbour", "reader"):
        put(f"/accounts/{name}", {"data": {"password": passwords[name]}}, *admin)
    put("/buckets/public", {"permissions": {"read": ["system.Everyone"]}}, *admin)
    put("/buckets/public/collections/notes", {}, *admin)
    print(json.dumps({name: {"user": name, "password": passwords[name]} for name in passwords}))


main()
