"""The table of hostile files: what is put in place of a good one, and what the command does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.torture.api import DOCUMENT, POLICY, TARGET
from tests.torture.behaviours import ANSI, BIDI, EVIL

Make = Callable[[Path], None]
CLOSED = TARGET.replace("{url}", "http://127.0.0.1:9")


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile file. file: which good one it replaces. make: writes it.

    codes: with which `lint` and `plan` may exit.
    """

    name: str
    file: str
    make: Make
    codes: tuple[int, ...]


def text(content: str | bytes) -> Make:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return lambda file: put(file, data)


def put(file: Path, data: bytes) -> None:
    file.write_bytes(data)


def change(old: str, new: str) -> Make:
    """The good file with other words in it."""

    def make(file: Path) -> None:
        good = file.read_text()
        assert old in good
        file.write_bytes(good.replace(old, new).encode("utf-8", "surrogatepass"))

    return make


def append(data: bytes) -> Make:
    return lambda file: put(file, file.read_bytes() + data)


def recode(edit: Callable[[str], bytes]) -> Make:
    return lambda file: put(file, edit(file.read_text()))


def link(where: str) -> Make:
    def make(file: Path) -> None:
        file.unlink()
        file.symlink_to(where)

    return make


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def move(file: Path) -> None:
    """The good file lies elsewhere; here is a link to it."""
    file.rename(file.with_name(f"real-{file.name}"))
    file.symlink_to(f"real-{file.name}")


DEEP = 100_000
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)

COMMON: dict[str, tuple[Make, tuple[int, ...]]] = {
    "empty": (text(""), (2,)),
    "null": (text("null"), (2,)),
    "a-list": (text("[]"), (2,)),
    "a-text": (text('"x"'), (2,)),
    "not-there": (Path.unlink, (2,)),
    "a-folder": (folder, (2,)),
    "a-link": (move, (0,)),
    "a-link-in-a-circle": (lambda file: link(file.name)(file), (2,)),
    "a-link-to-nowhere": (link("nowhere"), (2,)),
    "endless": (link("/dev/zero"), (2,)),
    "random-bytes": (text(bytes(range(256)) * 40), (2,)),
    "nul-bytes": (append(b"\0"), (2,)),
    "utf-16": (recode(lambda good: good.encode("utf-16")), (0, 2)),
    "utf-32": (recode(lambda good: good.encode("utf-32")), (0, 2)),
    "latin-1": (append(b"\n# caf\xe9\n"), (2,)),
    "a-byte-order-mark": (recode(lambda good: b"\xef\xbb\xbf" + good.encode()), (0,)),
    "carriage-returns": (recode(lambda good: good.replace("\n", "\r\n").encode()), (0,)),
    "escapes": (append(f"\n# {BIDI}\n{ANSI}: 1\n".encode()), (2,)),
    "script": (append(f"\n{EVIL}\n".encode()), (2,)),
    "a-megabyte-of-spaces": (append(b" " * 1_000_000 + b"x"), (2,)),
}
"""Damage that can be done to a file of any kind."""

YAML: dict[str, tuple[Make, tuple[int, ...]]] = {
    "tabs": (recode(lambda good: good.replace("  ", "\t").encode()), (2,)),
    "nested-lists": (text("[" * DEEP), (2,)),
    "nested-objects": (text("{a: " * DEEP), (2,)),
    "nested-json": (text('{"a":' * DEEP + "1" + "}" * DEEP), (2,)),
    "nested-by-indentation": (text("".join(" " * i + f"a{i}:\n" for i in range(1500))), (2,)),
    "nested-dashes": (text("- " * DEEP), (2,)),
    "a-bomb-of-aliases": (
        append(("\nx-bomb:\n  " + LAUGHS.replace("\n", "\n  ")).encode()),
        (0, 2),
    ),
    "an-alias-of-itself": (append(b"\nx-self: &s {a: *s}\n"), (2,)),
    "a-merge-of-itself": (append(b"\nx-self: &s\n  <<: *s\n"), (2,)),
    "merges-without-end": (append(b"\nx-m: &m {<<: [*m, *m]}\n"), (2,)),
    "a-merge-of-a-text": (append(b"\nx-m: {<<: text}\n"), (0, 2)),
    "an-unknown-alias": (append(b"\nx-a: *nobody\n"), (2,)),
    "a-python-object": (append(b"\nx-p: !!python/object/apply:os.system [touch evil]\n"), (0, 2)),
    "two-documents": (append(b"\n---\nevil: 1\n"), (2,)),
    "a-key-twice": (append(b"\nx-a: 1\nx-a: 2\n"), (0, 2)),
    "a-key-that-is-a-list": (append(b"\n? [a, b]\n: 1\n"), (2,)),
    "a-number-of-5000-digits": (append(b"\nx-n: " + b"9" * 5000 + b"\n"), (0, 2)),
    "a-number-of-50-bits-in-colons": (append(b"\nx-n: " + b"1:" * 5000 + b"1\n"), (0, 2)),
    "1e400": (append(b"\nx-n: 1e400\n"), (0, 2)),
    "nan": (append(b"\nx-n: .nan\n"), (0, 2)),
    "a-lone-surrogate": (append(b'\nx-s: "\\ud800"\n'), (0, 2)),
    "a-date-that-is-none": (append(b"\nx-d: 2026-02-31\n"), (0, 2)),
    "binary-that-is-none": (append(b"\nx-b: !!binary '?'\n"), (0, 2)),
    "an-unclosed-quote": (append(b'\nx-q: "never\n'), (2,)),
    "5000-keys": (append(b"\n" + b"".join(b"x-%d: 1\n" % i for i in range(5000))), (0, 2)),
}
"""Damage that can be done to a file of YAML."""


def schema(written: str) -> Make:
    """The document with such a schema of what is made."""
    return change(
        "properties: {name: {type: string, minLength: 1, maxLength: 40}}",
        f"properties: {{name: {written}}}",
    )


def ref(where: str) -> Make:
    return schema(f'{{$ref: "{where}"}}')


DOCUMENTS: dict[str, tuple[Make, tuple[int, ...]]] = {
    "a-reference-to-itself": (ref("#/components/schemas/NewThing/properties/name"), (0, 2)),
    "references-in-a-circle": (
        change(
            "    NewThing:",
            "    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}\n"
            "    NewThing:\n      allOf: [{$ref: '#/components/schemas/A'}]",
        ),
        (0, 2),
    ),
    "a-reference-to-a-network": (ref("http://192.0.2.1/evil.yaml"), (0, 2)),
    "a-reference-to-a-file-url": (ref("file:///etc/passwd"), (0, 2)),
    "a-reference-above-the-folder": (ref("../../../../../../etc/passwd"), (0, 2)),
    "a-reference-to-a-device": (ref("/dev/zero"), (0, 2)),
    "a-reference-of-10-kilobytes": (ref("#/" + "a/" * 5000), (0, 2)),
    "a-reference-of-tildes": (ref("#/" + "~" * 100_000), (0, 2)),
    "a-reference-that-is-a-list": (schema("{$ref: [1]}"), (0, 2)),
    "a-chain-of-5000-references": (
        change(
            "    NewThing:",
            "".join(f"    C{i}: {{$ref: '#/components/schemas/C{i + 1}'}}\n" for i in range(5000))
            + "    C5000: {type: string}\n"
            "    NewThing:\n      allOf: [{$ref: '#/components/schemas/C0'}]",
        ),
        (0, 2),
    ),
    "a-pattern-that-explodes": (schema("{type: string, pattern: '^(a+)+$'}"), (0, 2)),
    "a-pattern-that-is-none": (schema("{type: string, pattern: '(['}"), (0, 2)),
    "a-pattern-of-100000-groups": (schema("{type: string, pattern: '" + "(" * DEEP + "'}"), (0, 2)),
    "a-minimum-beyond-64-bits": (schema("{type: integer, minimum: " + "9" * 400 + "}"), (0, 2)),
    "a-length-beyond-memory": (schema("{type: string, minLength: 1000000000000}"), (0, 2)),
    "items-beyond-memory": (schema("{type: array, minItems: 1000000000, items: {}}"), (0, 2)),
    "a-text-with-senseless-keywords": (
        schema("{type: string, minLength: '3', maxLength: [1], pattern: 5, format: {}, enum: x}"),
        (0,),
    ),
    "a-number-with-senseless-keywords": (
        schema("{type: integer, minimum: '5', maximum: {a: 1}, multipleOf: true, enum: {}}"),
        (0,),
    ),
    "a-list-with-senseless-keywords": (
        schema("{type: array, minItems: '5', maxItems: -1, items: text, uniqueItems: 'yes'}"),
        (0,),
    ),
    "an-object-with-senseless-keywords": (
        schema("{type: object, properties: [], required: true, minProperties: x, allOf: {}}"),
        (0,),
    ),
    "an-enum-of-nothing": (schema("{enum: []}"), (0, 2)),
    "a-schema-that-nothing-fits": (schema("{allOf: [{type: string}, {type: integer}]}"), (0, 2)),
    "a-schema-nested-20000-deep": (schema("{items: " * 20_000 + "{}" + "}" * 20_000), (0, 2)),
    "a-schema-nested-300-deep": (schema("{items: " * 300 + "{}" + "}" * 300), (0, 2)),
    "choices-that-multiply": (
        schema(
            "{allOf: ["
            + ", ".join(["{oneOf: [{type: string}, {minLength: 1}, {maxLength: 9}]}"] * 14)
            + "]}"
        ),
        (0, 2),
    ),
    "a-path-of-braces": (change("  /things/{id}:", "  '/things/{id}{{{{':"), (0, 2)),
    "a-path-of-escapes": (
        change("  /health:", json.dumps("/" + ANSI + BIDI).join(("  ", ":"))),
        (0, 2),
    ),
    "a-path-without-a-slash": (change("  /health:", "  health:"), (0, 2)),
    "a-path-of-100-kilobytes": (change("  /health:", f"  ? /{'h' * 100_000}\n  :"), (0, 2)),
    "an-operation-id-of-escapes": (
        change("operationId: getHealth", f"operationId: {json.dumps(ANSI + BIDI + EVIL)}"),
        (0, 2),
    ),
    "an-operation-id-of-a-surrogate": (
        change("operationId: getHealth", 'operationId: "\\ud800"'),
        (0, 2),
    ),
    "servers-elsewhere": (
        change("info:", "servers: [{url: 'file:///etc'}, {url: 'http://192.0.2.1/'}]\ninfo:"),
        (0, 2),
    ),
    "a-version-of-a-list": (change("openapi: 3.1.0", "openapi: [3]"), (2,)),
    "paths-of-a-text": (
        text("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: text\n"),
        (2,),
    ),
    "security-of-a-text": (change("security: [{bearer: []}]", "security: text"), (0, 2)),
    "a-default-of-a-surrogate": (schema('{type: string, default: "\\ud800"}'), (0, 2)),
    "an-example-of-ten-megabytes": (
        schema("{type: string, example: " + "a" * 10_000_000 + "}"),
        (0, 2),
    ),
}
"""What only a document can do."""

POLICIES: dict[str, tuple[Make, tuple[int, ...]]] = {
    "a-pattern-that-is-none": (
        change("X-Request-Id: {unique: true}", "X-Request-Id: {pattern: '(['}"),
        (2,),
    ),
    "a-window-of-years": (change("window: 1h", f"window: {'9' * 400}y"), (0, 2)),
    "a-window-of-nothing": (change("window: 1h", "window: 0s"), (0, 2)),
    "a-limit-beyond-64-bits": (change("limit: 100000}", f"limit: {'9' * 400}}}"), (0, 2)),
    "a-negative-limit": (change("limit: 100000}", "limit: -1}"), (2,)),
    "a-clause-that-includes-itself": (
        change("policy: things", "policy: things\ninclude: [policy.yaml]"),
        (2,),
    ),
    "an-include-of-a-device": (
        change("policy: things", "policy: things\ninclude: [/dev/zero]"),
        (2,),
    ),
    "an-include-of-a-network": (
        change("policy: things", "policy: things\ninclude: ['http://192.0.2.1/x.yaml']"),
        (2,),
    ),
    "a-document-that-is-a-device": (change("spec: openapi.yaml", "spec: /dev/zero"), (2,)),
    "a-document-on-a-network": (
        change("spec: openapi.yaml", "spec: http://127.0.0.1:9/x.yaml"),
        (2,),
    ),
    "a-clause-of-escapes": (change("  DATE:", f"  {json.dumps(ANSI + BIDI + EVIL)}:"), (0, 2)),
    "a-day-that-is-none": (change("since: 2026-01-01", "since: 2026-02-31"), (2,)),
    "a-date-of-the-year-0": (change("since: 2026-01-01", "since: 0000-01-01"), (2,)),
    "an-example-of-an-unknown-step": (
        change("$steps.make.response.body#/id", "$steps.nobody.response.body#/" + "a/" * 9999),
        (0, 2),
    ),
    "a-status-beyond-any": (
        change("refusal: {status: 401,", "refusal: {status: 99999999999999999999,"),
        (2,),
    ),
}
"""What only a policy can do."""

TARGETS: dict[str, tuple[Make, tuple[int, ...]]] = {
    "a-url-that-is-none": (change("http://127.0.0.1:9", "http://[::1"), (0, 2)),
    "a-url-of-a-file": (change("http://127.0.0.1:9", "file:///etc/passwd"), (0, 2)),
    "a-port-beyond-any": (change(":9", ":99999"), (0, 2)),
    "a-port-superscript": (change(":9", ":\u00b2"), (0, 2)),
    "a-host-of-escapes": (change("127.0.0.1", "\\u001b[31m\\u202e"), (0, 2)),
    "a-host-of-5000-letters": (change("127.0.0.1", "a" * 5000), (0, 2)),
    "a-host-with-line-breaks": (change("127.0.0.1", "a\\r\\nX-Evil: 1"), (0, 2)),
    "an-array-nested-deep": (append(b"\nx = " + b"[" * DEEP), (2,)),
    "a-key-of-3000-dots": (append(b"\n" + b"a." * 3000 + b"a = 1\n"), (2,)),
    "a-variable-of-odd-characters": (change("THINGS_TOKEN", "A=B\\u0000"), (0, 2)),
    "a-header-with-line-breaks": (append(b'\n[headers]\nX-A = "a\\r\\nX-Evil: 1"\n'), (0, 2)),
    "an-identity-of-escapes": (
        change("[identities.admin]", f"[identities.{json.dumps(EVIL + BIDI)}]"),
        (0, 2),
    ),
    "a-number-of-5000-digits": (append(b"\nx = " + b"9" * 5000 + b"\n"), (2,)),
}
"""What only a target file can do."""


def build(file: str, *tables: dict[str, tuple[Make, tuple[int, ...]]]) -> list[Case]:
    kind = file.partition(".")[0]
    return [
        Case(f"{kind}-{name}", file, make, codes)
        for table in tables
        for name, (make, codes) in table.items()
    ]


FILES = (
    *build("openapi.yaml", COMMON, YAML, DOCUMENTS),
    *build("policy.yaml", COMMON, YAML, POLICIES),
    *build("apicheck.toml", COMMON, TARGETS),
)
GOOD = {"openapi.yaml": DOCUMENT, "policy.yaml": POLICY, "apicheck.toml": CLOSED}
