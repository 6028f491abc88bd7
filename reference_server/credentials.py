"""Print the credentials of a running server: the `[credentials] command` of a target file."""

from __future__ import annotations

import json
import sys
from urllib.request import urlopen

_TIMEOUT_S = 10


def main(control_url: str) -> int:
    """Print `{"tokens": {name: token}, "clients": {name: {id, secret}}, "receiver": secret, …}`."""
    with urlopen(f"{control_url}/identities", timeout=_TIMEOUT_S) as response:  # noqa: S310  (the control URL that this server printed)
        identities = json.load(response)["identities"]
    with urlopen(f"{control_url}/clients", timeout=_TIMEOUT_S) as response:  # noqa: S310  (as above)
        clients = json.load(response)["clients"]
    with urlopen(f"{control_url}/receiver", timeout=_TIMEOUT_S) as response:  # noqa: S310  (as above)
        receiver = json.load(response)
    content = {
        "receiver": receiver["secret"],
        "other_receiver": receiver["other_secret"],
        "tokens": {identity["name"]: identity["token"] for identity in identities},
        "credentials": {identity["name"]: identity["credentials"] for identity in identities},
        "clients": {c["name"]: {"id": c["id"], "secret": c["secret"]} for c in clients},
    }
    sys.stdout.write(json.dumps(content))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
