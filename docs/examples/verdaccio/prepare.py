"""Makes the users and packages that the run needs, and prints the credentials.

apicheck starts it, as `[credentials] command`; VERDACCIO_URL says where the registry is, if not
on port 4873.
"""

import base64
import json
import os
import secrets
import urllib.error
import urllib.request

ROOT = os.environ.get("VERDACCIO_URL", "http://127.0.0.1:4873")


def put(path: str, body: object, token: str = "") -> dict[str, str]:
    """The JSON answer to a PUT."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(ROOT + path, json.dumps(body).encode(), headers, method="PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def package(name: str) -> dict[str, object]:
    """What npm sends to publish version 1.0.0 of a package."""
    file = f"{name}-1.0.0.tgz"
    version = {"name": name, "version": "1.0.0", "dist": {"tarball": f"{ROOT}/{name}/-/{file}"}}
    data = base64.b64encode(b"not really an archive").decode()
    attachment = {"content_type": "application/octet-stream", "data": data, "length": 21}
    return {
        "_id": name,
        "name": name,
        "dist-tags": {"latest": "1.0.0"},
        "versions": {"1.0.0": version},
        "_attachments": {file: attachment},
    }


def user(name: str) -> dict[str, str]:
    """A new user, with a password and a token."""
    password = secrets.token_urlsafe(18)
    account = {"name": name, "password": password, "type": "user", "roles": []}
    token = put(f"/-/user/org.couchdb.user:{name}", account)["token"]
    return {"user": name, "password": password, "token": token}


def main() -> None:
    """The users, of whom alice publishes a package for herself and bob one for everybody."""
    try:
        users = {name: user(name) for name in ("alice", "bob")}
    except urllib.error.HTTPError as refusal:
        raise SystemExit("start Verdaccio anew: alice has a password already") from refusal
    put("/secret-thing", package("secret-thing"), users["alice"]["token"])
    put("/open-thing", package("open-thing"), users["bob"]["token"])
    print(json.dumps(users))


main()
