"""How the placeholders of secrets are written: `$APICHECK_ADMIN_TOKEN[:-1]~upper`."""

from __future__ import annotations

import re

PLACEHOLDER = re.compile(
    r"(?:\$|%24)(?P<name>APICHECK_[A-Z0-9_]+)"
    r"(?P<derivations>(?:\[-?\d*:-?\d*\]"
    r"|~(?:upper|lower|swapcase|reverse|base64|url|hex|unsigned|rsa)(?![a-z])"
    r"|~flip\(-?\d+\)|~(?:append|prepend|jose|claim|hmac)\((?:[^)]*|\))\))*)"
)
DERIVATION = re.compile(
    r"\[(?P<start>-?\d*):(?P<end>-?\d*)\]|~(?P<what>[a-z0-9]+)(?:\((?P<argument>[^)]*|\))\))?"
)
