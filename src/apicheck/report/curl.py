"""Build the shortest reproduction of an exchange: a POSIX shell line that repeats the request.

Placeholders stay placeholders: `$APICHECK_ADMIN_TOKEN` is a variable of the reader's shell, and
a derivation of it becomes the shell's own (`${APICHECK_ADMIN_TOKEN%?}` for `[:-1]`).
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from urllib.parse import urlsplit

from apicheck.model.exchange import Direction, Exchange, Request
from apicheck.model.placeholders import DERIVATION, PLACEHOLDER
from apicheck.requests.runs import split_runs

_FILTERS = {
    "upper": "tr '[:lower:]' '[:upper:]'",
    "lower": "tr '[:upper:]' '[:lower:]'",
    "swapcase": "tr 'A-Za-z' 'a-zA-Z'",
    "reverse": "awk '{for (i = length($0); i > 0; i--) printf \"%s\", substr($0, i, 1)}'",
    "base64": "base64 | tr -d '\\n'",
    "hex": "od -An -v -tx1 | tr -d ' \\n'",
    "url": "od -An -v -tx1 | tr -d '\\n' | tr ' ' %",
}
_OF_TOKENS = ("jose", "claim", "unsigned", "hmac", "rsa")
_FLIP = (
    "awk -v i={index} '{{n = length($0); i = (i % n + n) % n; c = substr($0, i + 1, 1);"
    ' a = c ~ /[0-9]/ ? "0" : c ~ /[a-z]/ ? "a" : "A";'
    ' b = c ~ /[0-9]/ ? "1" : c ~ /[a-z]/ ? "b" : "B";'
    " print substr($0, 1, i) (c == a ? b : a) substr($0, i + 2)}}'"
)
_PLAIN = re.compile(r"[A-Za-z0-9_./:=@%+,-]+")
_SPECIAL_IN_DOUBLE_QUOTES = re.compile(r'([\\"$`])')
_LINE_WIDTH = 88
_BODY_SHOWN = 64 * 1024
_REST_SHOWN = 4 * 1024
_RUN, _OF = 1000, (string.ascii_letters + string.digits + " ").encode()
_ASCII_PRINTABLE = range(0x20, 0x7F)


def build_command(exchange: Exchange, base_url: str) -> str:
    """Build a command for a POSIX shell that sends the exchange's request again.

    base_url: of the target, without a final slash. Returns "" for a webhook delivery, because
    only its sender can repeat it.
    """
    if exchange.direction is Direction.IN:
        return ""
    if exchange.raw is not None:
        return _build_raw(exchange.raw, base_url)
    return _lay_out(_build_arguments(exchange.request, base_url))


def _build_arguments(request: Request, base_url: str) -> list[str]:
    via = request.via
    url = (via.url if via else base_url).rstrip("/") + request.wire_target
    words = ["curl --head" if request.method == "HEAD" and request.body is None else "curl -i"]
    if request.version:
        words.append(f"--http{request.version}")
    if via is not None and via.tls:
        # No other level of security has the ciphers of old versions.
        ciphers = "--ciphers 'ALL:@SECLEVEL=0'"
        words.append(f"-k --tlsv{via.tls} --tls-max {via.tls} {ciphers}")
    if "/." in request.path or "/%2e" in request.path.lower():
        words.append("--path-as-is")
    if any(mark in url for mark in "[]{}"):
        words.append("--globoff")
    body = request.body
    default = "POST" if body is not None else "GET"
    if request.method not in (default, "HEAD"):
        words.append(f"-X {_quote(request.method)}")
    if request.method == "HEAD" and body is not None:
        words.append("-X HEAD")
    names = {name.lower() for name, _ in request.wire_headers}
    words.extend(_render_header(name, value) for name, value in request.wire_headers)
    if body is not None and "content-type" not in names:
        words.append("-H 'Content-Type:'")
    if body is not None:
        piped, option = _render_body(body)
        words = [piped + words[0], *words[1:], option]
    return [*words, _quote(url)]


def _render_header(name: str, value: str) -> str:
    """Render the option for a header field; Basic credentials are recorded before base64."""
    scheme, _, pair = value.partition(" ")
    basic = name.lower() == "authorization" and scheme.lower() == "basic"
    if basic and ":" in pair and PLACEHOLDER.search(pair):
        if scheme == "Basic":
            return f"-u {_quote(pair)}"
        encoded = f"$(printf %s {_quote(pair)} | {_FILTERS['base64']})"
        return f'-H "{name}: {scheme} {encoded}"'
    return "-H " + _quote(f"{name}: {value}" if value else f"{name};")


def _render_body(body: bytes) -> tuple[str, str]:
    """Render what precedes curl (a pipe or a comment), and curl's option for the body."""
    if len(body) > _BODY_SHOWN:
        return _render_long_body(body)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or "\r" in text:  # a carriage return is lost where a command is copied
        return f"{_build_printf(body)} | ", "--data-binary @-"
    return "", ("--data-raw " if text.startswith("@") else "--data-binary ") + _quote(text)


def _render_long_body(body: bytes) -> tuple[str, str]:
    """Let the shell produce a long body that repeats one character; name any other as a file."""
    parts = split_runs(body, _RUN, _OF)
    if sum(len(text) for text, _, _ in parts) > _REST_SHOWN:
        return f"# body.bin: {len(body)} bytes, see the run's journal\n", "--data-binary @body.bin"
    commands: list[str] = []
    for text, character, times in parts:
        commands += [_build_printf(text)] if text else []
        if times:
            commands.append(f"printf '%{times}s' '' | tr ' ' '{character.decode()}'")
    return f"{{ {'; '.join(commands)}; }} | ", "--data-binary @-"


def _lay_out(words: list[str]) -> str:
    line = " ".join(words)
    return line if len(line) <= _LINE_WIDTH else " \\\n  ".join(words)


def _quote(text: str) -> str:
    """Quote one word of the shell, so that its placeholders still expand."""
    if not PLACEHOLDER.search(text):
        if _PLAIN.fullmatch(text):
            return text
        return "'" + text.replace("'", "'\\''") + "'"
    parts = [
        _expand(part) if isinstance(part, re.Match) else _double_quote(part)
        for part in _split(text)
    ]
    return '"' + "".join(parts) + '"'


def _double_quote(text: str) -> str:
    # an interactive bash expands "!" in double quotes, so it goes into single ones
    return _SPECIAL_IN_DOUBLE_QUOTES.sub(r"\\\1", text).replace("!", "\"'!'\"")


def _split(text: str) -> Iterator[str | re.Match[str]]:
    end = 0
    for match in PLACEHOLDER.finditer(text):
        yield text[end : match.start()]
        yield match
        end = match.end()
    yield text[end:]


def _expand(match: re.Match[str]) -> str:
    """Write a placeholder as the shell expands it inside double quotes."""
    name = match["name"]
    derivations = list(DERIVATION.finditer(match["derivations"]))
    if not derivations:
        return f"${{{name}}}" if _is_continued(match) else f"${name}"
    if len(derivations) == 1:
        start, end, word, argument = derivations[0].groups()
        if word == "append":
            return f"${{{name}}}{_double_quote(argument or '')}"
        if word is None and start == "" and end.startswith("-"):
            return f"${{{name}%{'?' * int(end[1:])}}}"
        if word is None and end == "" and start.isdigit():
            return f"${{{name}#{'?' * int(start)}}}"
    filters = " | ".join(_build_filter(derivation) for derivation in derivations)
    return f'$(printf %s "${name}" | {filters})'


def _is_continued(match: re.Match[str]) -> bool:
    following = match.string[match.end() : match.end() + 1]
    return following.isalnum() or following == "_"


def _build_filter(derivation: re.Match[str]) -> str:
    """Build a filter that applies a derivation, from standard input to standard output."""
    start, end, word, argument = derivation.groups()
    if word == "append":
        return "sed " + _quote("s/$/" + _escape_for_sed(argument or "") + "/")
    if word == "prepend":
        return "sed " + _quote("s/^/" + _escape_for_sed(argument or "") + "/")
    if word == "flip":
        return _FLIP.format(index=int(argument or 0))
    if word in _OF_TOKENS:
        # No shell can edit a JSON Web Token; apicheck can, if it is installed.
        return f"python3 -m apicheck.probe.placeholders {_quote(derivation[0])}"
    if word is not None:
        return _FILTERS[word]
    return "sed '" + ";".join([*_cut_end(end), *_cut_start(start)]) + "'"


def _escape_for_sed(text: str) -> str:
    return re.sub(r"([\\/&])", r"\\\1", text)


def _cut_end(end: str) -> list[str]:
    if not end:
        return []
    return [f"s/{'.' * -int(end)}$//" if int(end) < 0 else f"s/^\\(.\\{{{end}\\}}\\).*/\\1/"]


def _cut_start(start: str) -> list[str]:
    if not start:
        return []
    kept = f"s/.*\\(.\\{{{start[1:]}\\}}\\)$/\\1/"
    return [kept if int(start) < 0 else f"s/^{'.' * int(start)}//"]


def _build_raw(raw: bytes, base_url: str) -> str:
    """Build a command that writes the bytes to the socket unchanged, as no HTTP client would."""
    parts = urlsplit(base_url)
    host = parts.hostname or "localhost"
    if parts.scheme == "https":
        place = _quote(f"{host}:{parts.port or 443}")
        peer = f"openssl s_client -quiet -servername {_quote(host)} -connect {place}"
    else:
        peer = f"nc {_quote(host)} {parts.port or 80}"
    return f"{_build_printf(raw)} | {peer}"


def _build_printf(data: bytes) -> str:
    """Build a printf that writes these bytes, with the placeholders filled in."""
    arguments: list[str] = []
    text: list[str] = []
    for part in _split(data.decode("latin-1")):
        if isinstance(part, str):
            text.extend(_escape(ord(character)) for character in part)
        else:
            text.append("%s")
            arguments.append(f'"{_expand(part)}"')
    if text[:1] == ["-"]:  # else printf reads an option
        text[0] = "\\055"
    return " ".join([f"printf '{''.join(text)}'", *arguments])


_ESCAPES = {0x0D: "\\r", 0x0A: "\\n", 0x09: "\\t", 0x25: "%%", 0x5C: "\\\\"}


def _escape(byte: int) -> str:
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    return chr(byte) if byte in _ASCII_PRINTABLE and byte != ord("'") else f"\\{byte:03o}"
