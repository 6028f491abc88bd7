"""The table of hostile targets: what each does. `verdicts.toml` says what their runs may say."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass

from tests.torture.api import Behaviour, Turn
from tests.torture.behaviours import (
    ANSI,
    BIDI,
    EVIL,
    MEGABYTE,
    afterwards,
    bomb,
    chunk,
    chunked,
    closes,
    defaces,
    drips,
    echoes,
    encoded,
    endless,
    floods,
    framed,
    half_closes,
    header,
    holds,
    in_pieces,
    late,
    locates,
    makes,
    member,
    on_401,
    on_old,
    on_one,
    on_read,
    other_response,
    pours,
    raw_head,
    raw_header,
    redirects,
    refuses,
    says,
    stops_in_body,
    twice,
    with_bytes,
    with_member,
    without,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile target. behave: what it does in place of an honest response.

    timeout_s: for each exchange.
    """

    name: str
    behave: Behaviour
    timeout_s: float = 3.0


def one(name: str, behave: Behaviour, timeout_s: float = 3.0) -> Case:
    """A target that behaves so where one thing is read."""
    return Case(name, on_one(behave), timeout_s)


def every(name: str, behave: Behaviour, timeout_s: float = 3.0) -> Case:
    """A target that behaves so everywhere, or where the behaviour says."""
    return Case(name, behave, timeout_s)


QUICK_S = 0.5


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def spaces(count: int = 60_000) -> str:
    return "a" + " " * count + "x"


FRAMING = (
    one("content-length-too-short", framed(b"Content-Length: 5")),
    one("content-length-too-long", framed(b"Content-Length: 5000")),
    one("two-content-lengths", framed(b"Content-Length: 5", b"Content-Length: 7")),
    one("content-lengths-in-a-list", framed(b"Content-Length: 5, 7")),
    one("negative-content-length", framed(b"Content-Length: -1")),
    one("content-length-of-digits-that-are-none", framed(b"Content-Length: \xb2")),
    one("content-length-of-5000-digits", framed(b"Content-Length: " + b"9" * 5000)),
    one(
        "content-length-and-chunks",
        framed(
            b"Content-Length: 5",
            b"Transfer-Encoding: chunked",
            body=lambda b: chunk(b) + chunk(b""),
        ),
    ),
    one("an-unknown-transfer-coding", framed(b"Transfer-Encoding: gopher")),
    one("a-chunk-size-that-is-none", chunked(lambda b: b"zz\r\n" + b)),
    one("a-negative-chunk-size", chunked(lambda b: b"-5\r\n" + b)),
    one("a-chunk-size-beyond-64-bits", chunked(lambda b: b"f" * 17 + b"\r\n" + b)),
    one("a-chunk-shorter-than-it-says", chunked(lambda b: b"%x\r\n" % (len(b) + 90) + b)),
    one(
        "chunk-extensions-of-a-megabyte", chunked(lambda b: chunk(b, b";" + MEGABYTE) + chunk(b""))
    ),
    one(
        "chunks-of-a-byte",
        chunked(
            lambda b: b"".join(chunk(b[i : i + 1], b";x=y") for i in range(len(b))) + b"0\r\n\r\n"
        ),
    ),
    one("chunks-without-end", endless(chunk(b"a" * 8000), 0.0, b"Transfer-Encoding: chunked")),
    one("chunks-without-a-last-one", chunked(chunk)),
    one("trailers", chunked(lambda b: chunk(b) + b"0\r\nX-After: 1\r\n\r\n")),
    one(
        "trailers-with-framing",
        chunked(lambda b: chunk(b) + b"0\r\nContent-Length: 5\r\nX-Request-Id: x\r\n\r\n"),
    ),
    one("trailers-without-end", chunked(lambda b: chunk(b) + b"0\r\n" + b"X-A: b\r\n" * 100_000)),
    one(
        "informational-responses-without-end",
        floods(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        QUICK_S,
    ),
    every(
        "some-informational-responses",
        lambda turn: turn.write(b"HTTP/1.1 102 Processing\r\n\r\n" * 9 + turn.reply.encode()),
    ),
    one(
        "switching-protocols",
        says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05evil!"),
    ),
    one("http-0.9", says(b'{"name": "Ada"}')),
    one("http-2-preface", says(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0\0\x12\4" + bytes(20))),
    one("http-9.9", raw_head(first=b"HTTP/9.9 200 OK")),
    one("another-protocol", says(b"SSH-2.0-OpenSSH_9.6\r\n")),
    one("tls-alert", says(b"\x15\x03\x01\x00\x02\x02\x50")),
    one("status-99", raw_head(first=b"HTTP/1.1 99 Low")),
    one("status-1000", raw_head(first=b"HTTP/1.1 1000 High")),
    one("status-of-letters", raw_head(first=b"HTTP/1.1 abc Word")),
    one("status-superscript", raw_head(first=b"HTTP/1.1 20\xb2 OK")),
    one("status-799", raw_head(first=b"HTTP/1.1 799 Odd")),
    one("no-reason", raw_head(first=b"HTTP/1.1 200")),
    one("reason-with-controls", raw_head(first=b"HTTP/1.1 200 \x1b[31mO\x07K")),
    one("reason-of-script", raw_head(first=b"HTTP/1.1 200 " + EVIL.encode())),
    one("reason-of-50-kilobytes", raw_head(first=b"HTTP/1.1 200 " + b"r" * 50_000)),
    one("reason-of-latin-1", raw_head(first=b"HTTP/1.1 200 \xff\xfe\x80")),
    one("bare-line-feeds", raw_head(end=b"\n")),
    one("bare-carriage-returns", raw_head(end=b"\r")),
    one("folded-lines", raw_head(b"X-Folded: a\r\n  b\r\n\tc")),
    one("nul-in-a-header", raw_head(b"X-Nul: a\0b")),
    one("escape-in-a-header", raw_head(b"X-Esc: \x1b[31m")),
    one("carriage-return-in-a-header", raw_head(b"X-Cr: a\rSet-Cookie: evil=1")),
    one("a-header-without-a-colon", raw_head(b"no colon here")),
    one("a-header-without-a-name", raw_head(b": nameless")),
    one("a-header-name-with-spaces", raw_head(b"X Odd : 1")),
    one("10000-headers", raw_head(*[b"X-%d: 1" % i for i in range(10_000)])),
    one("3000-headers", raw_head(*[b"X-%d: 1" % i for i in range(3000)])),
    one("a-header-of-a-megabyte", raw_head(b"X-Long: " + MEGABYTE)),
    one("a-header-of-60-kilobytes", raw_head(b"X-Long: " + b"a" * 60_000)),
    one("headers-of-invalid-utf-8", raw_head(b"X-Bytes: \xff\xc3\x28\xed\xa0\x80")),
    one("a-byte-order-mark-first", lambda turn: turn.say(b"\xef\xbb\xbf", turn.reply.encode())),
    one("empty-lines-first", lambda turn: turn.say(b"\r\n\r\n", turn.reply.encode())),
    one("a-body-after-204", raw_head(first=b"HTTP/1.1 204 None")),
    one("a-body-after-304", raw_head(first=b"HTTP/1.1 304 Same")),
    one("205-with-a-body", raw_head(first=b"HTTP/1.1 205 Reset")),
)

SIZE = (
    one(
        "a-body-of-a-gigabyte",
        pours(lambda turn: turn.reply.head(length=10**9), (MEGABYTE for _ in range(1000))),
    ),
    one("a-body-without-end", endless(MEGABYTE)),
    one("a-body-of-10-megabytes", holds(b'{"a": "' + b"a" * 10_000_000 + b'"}')),
    one("a-gzip-bomb", framed(b"Content-Encoding: gzip", body=lambda _: bomb())),
    one(
        "a-nested-gzip-bomb", framed(b"Content-Encoding: gzip, gzip, gzip", body=lambda _: bomb(3))
    ),
    one("a-deflate-bomb", encoded(b"deflate", lambda _: zlib.compress(bytes(100_000_000)))),
    one("gzip-twice", encoded(b"gzip", lambda b: gzip.compress(gzip.compress(b)))),
    one("gzip-that-is-none", encoded(b"gzip", bytes)),
    one("gzip-cut-off", encoded(b"gzip", lambda b: cut(gzip.compress(b)))),
    one("gzip-of-a-wrong-checksum", encoded(b"gzip", lambda b: gzip.compress(b)[:-8] + bytes(8))),
    one(
        "gzip-in-two-members",
        encoded(b"gzip", lambda b: gzip.compress(b[:9]) + gzip.compress(b[9:])),
    ),
    one(
        "gzip-in-100000-empty-members",
        encoded(b"gzip", lambda b: gzip.compress(b"") * 100_000 + gzip.compress(b)),
    ),
    one("gzip-with-padding", encoded(b"gzip", lambda b: gzip.compress(b) + bytes(1000))),
    one("deflate", encoded(b"deflate", zlib.compress)),
    one("raw-deflate", encoded(b"deflate", lambda b: zlib.compress(b)[2:-4])),
    one("br", encoded(b"br", lambda b: b"\x8b\x03\x80" + b + b"\x03")),
    one("an-unknown-coding", encoded(EVIL.encode(), bytes)),
    one("a-coding-of-60-kilobytes", encoded(b"gzip," * 12_000, gzip.compress)),
)

TIME = (
    one("headers-a-byte-a-second", drips(lambda turn: turn.reply.encode()), QUICK_S),
    one("a-body-a-byte-a-second", endless(b" ", 1.0, b"Content-Length: 500"), QUICK_S),
    one("one-operation-never-answers", Turn.stay_silent, QUICK_S),
    every("nobody-ever-answers", Turn.stay_silent, QUICK_S),
    every("answers-forty-then-never", late(Turn.stay_silent), QUICK_S),
    every("closes-after-each", closes),
    every("answers-every-other", lambda turn: turn.send() if turn.number % 2 else turn.close()),
    one("closes-without-a-word", Turn.close),
    every("closes-for-ever-after-forty", late(Turn.close)),
    one("closes-in-the-middle", stops_in_body),
    one("resets", Turn.reset),
    every("resets-for-ever-after-forty", late(Turn.reset)),
    one(
        "resets-in-the-middle", lambda turn: (turn.write(turn.reply.encode()[:-9]), turn.reset())[0]
    ),
    every("closes-its-half", half_closes),
)

VALUES = (
    *(
        one(f"a-number-{name}", member(text))
        for name, text in {
            "of-5000-digits": "9" * 5000,
            "1e400": "1e400",
            "nan": "NaN",
            "infinity": "-Infinity",
            "minus-zero": "-0.0",
            "of-leading-zeros": "007",
            "e-999999999": "1e-999999999",
        }.items()
    ),
    one("a-size-of-5000-digits", with_member("size", "9" * 5000)),
    one("a-size-of-1e400", with_member("size", "1e400")),
    one("a-size-that-is-nan", with_member("size", "NaN")),
    one("a-lone-surrogate", member(r'"\ud800"')),
    one("a-lone-surrogate-as-a-name", member(r'{"\udfff": 1}')),
    one("nul-in-a-string", member(r'"a\u0000b"')),
    one("duplicate-keys", member('1, "name": "Eve", "name": 3')),
    one("nested-100000-deep", holds(b"[" * 100_000 + b"]" * 100_000)),
    one("objects-nested-20000-deep", holds(b'{"a":' * 20_000 + b"1" + b"}" * 20_000)),
    one("nested-900-deep", member("[" * 900 + "]" * 900)),
    one("40000-members", member(json.dumps({str(i): i for i in range(20_000)}))),
    one("invalid-utf-8-in-json", holds(b'{"name": "\xff\xfe"}')),
    one("json-with-a-byte-order-mark", with_bytes(lambda b: b"\xef\xbb\xbf" + b)),
    one("json-in-utf-16", with_bytes(lambda b: b.decode().encode("utf-16"))),
    one("json-that-stops", with_bytes(lambda b: b[:-4])),
    one("two-json-values", with_bytes(lambda b: b + b)),
    one("an-empty-body", holds(b"")),
    one("null", holds(b"null")),
    one("script-in-values", member(json.dumps(EVIL + "javascript:evil()"))),
    one("script-as-json", holds(EVIL.encode())),
    one("script-in-names", holds({EVIL: {EVIL: EVIL}})),
    one("escapes-in-values", holds({ANSI: ANSI, BIDI: BIDI})),
    one("bare-escapes-in-json", holds(b'{"a": "' + ANSI.encode() + BIDI.encode() + b'"}')),
    one("script-in-the-media-type", header("Content-Type", f"text/{EVIL}; charset={EVIL}")),
    one("bidi-in-a-header", header("X-Bidi", BIDI)),
    every("script-in-a-refusal", defaces),
    *(
        one(f"a-date-{name}", header("Date", text))
        for name, text in {
            "superscript": "Fri, 0\u00b2 Jan 2026 00:00:00 GMT",
            "of-digits": "9" * 5000,
            "never": "never",
            "of-the-31st-of-february": "Tue, 31 Feb 2026 00:00:00 GMT",
            "of-the-year-0": "Sat, 01 Jan 0000 00:00:00 GMT",
            "of-spaces": spaces(),
            "far-off": "Fri, 01 Jan 9999 23:59:60 GMT",
            "arabic": "Fri, \u0661\u0662 Jan 2026 00:00:00 GMT",
        }.items()
    ),
    one("a-thing-made-on-no-day", with_member("made", json.dumps("2026-02-31T25:61:61Z"))),
    one(
        "a-thing-made-in-a-flood",
        with_member("made", json.dumps("2026-01-02T03:04:05" + "0" * 100_000)),
    ),
    *(
        every(f"spaces-in-{name.lower()}", on_read(header(name, spaces())))
        for name in (
            "Cache-Control",
            "Content-Type",
            "X-Request-Id",
            "X-RateLimit-Remaining",
            "Retry-After",
            "Strict-Transport-Security",
            "Server",
            "Vary",
            "Allow",
        )
    ),
    every(
        "tabs-in-cache-control",
        on_read(header("Cache-Control", "no-store, a" + "\t " * 30_000 + "x")),
    ),
    every(
        "quotes-in-cache-control",
        on_read(header("Cache-Control", 'no-store, a="' + '\\"' * 30_000)),
    ),
    every("equals-in-cache-control", on_read(header("Cache-Control", "no-store" + "=," * 30_000))),
    every(
        "digits-in-cache-control",
        on_read(header("Cache-Control", "no-store, max-age=" + "9" * 60_000)),
    ),
    every("spaces-in-link", on_old(header("Link", "<" + spaces()))),
    every("angles-in-link", on_old(header("Link", "<" * 60_000))),
    every("links-without-end", on_old(header("Link", '</a>; rel="next", ' * 3000))),
    every("quotes-in-link", on_old(header("Link", '</things>; rel="' + '\\"' * 30_000))),
    every("script-in-link", on_old(header("Link", '<javascript:evil()>; rel="successor-version"'))),
    every("link-of-a-surrogate", on_old(header("Link", '</a\udcff>; rel="successor-version"'))),
    every(
        "link-to-a-url-that-is-none",
        on_old(header("Link", '<http://[::1>; rel="successor-version"')),
    ),
    every("a-sunset-that-is-none", on_old(header("Sunset", "Fri, 3\u00b2 Jan 2027 00:00:00 GMT"))),
    every("a-deprecation-of-digits", on_old(header("Deprecation", "@" + "9" * 5000))),
    every("a-deprecation-superscript", on_old(header("Deprecation", "@\u00b2"))),
    *(
        every(f"a-challenge-of-{name}", on_401(header("WWW-Authenticate", text)))
        for name, text in {
            "spaces": "Bearer " + spaces(),
            "commas": "," * 60_000,
            "quotes": 'Bearer a="' + "\\" * 60_000,
            "schemes": "Bearer a=b, " * 5000,
            "equals": "Bearer " + "=" * 60_000,
            "script": f'Bearer realm="{EVIL}"',
            "tokens": "Bearer " * 8000,
            "nothing": "",
        }.items()
    ),
    *(
        every(f"remaining-{name}", on_read(header("X-RateLimit-Remaining", text)))
        for name, text in {
            "superscript": "\u00b2",
            "of-5000-digits": "9" * 5000,
            "negative": "-1",
            "nan": "nan",
            "1e400": "1e400",
            "semicolons": ";w=" * 20_000,
            "empty": "",
        }.items()
    ),
    every("reset-of-5000-digits", on_read(header("X-RateLimit-Reset", "9" * 5000))),
    every("limit-of-arabic-digits", on_read(header("X-RateLimit-Limit", "\u0661\u0660"))),
    every("a-banner-of-script", header("Server", EVIL + "/1.2.3")),
    every("a-request-id-of-escapes", on_read(raw_header(b"X-Request-Id", b"\x1b[2J\x07"))),
)

LIES = (
    *(
        one(f"redirect-{name}", redirects(where))
        for name, where in {
            "to-another-host": "http://192.0.2.1/things",
            "to-a-file": "file:///etc/passwd",
            "to-nowhere": "",
            "with-userinfo": "http://admin:pw@127.0.0.1:9/x",
            "to-no-url": "http://[::1",
            "to-script": "javascript:evil()",
            "to-another-port": "//127.0.0.1:9/",
        }.items()
    ),
    every("redirects-in-a-loop", late(lambda turn: redirects(turn.call.target, 307)(turn), 20)),
    *(
        every(f"location-{name}", locates(where))
        for name, where in {
            "on-another-host": "http://192.0.2.1/things/t00001",
            "of-a-file": "file:///etc/passwd",
            "with-userinfo": "http://a:b@127.0.0.1:9/things/t00001",
            "of-spaces": spaces(),
            "of-no-url": "http://[::1",
            "above-the-root": "/../../../../etc/passwd",
            "empty": "",
            "of-script": "javascript:evil()",
            "of-a-surrogate": "/things/\udcff",
            "of-60-kilobytes": "/things/" + "a" * 60_000,
            "with-a-port-that-is-none": "http://127.0.0.1:99999/things/1",
        }.items()
    ),
    every("a-body-for-head", lambda turn: turn.say(turn.reply.head(), turn.reply.body)),
    every(
        "a-body-behind-204",
        lambda turn: turn.write(
            turn.reply.encode() + (b'{"evil": 1}' if turn.reply.status == 204 else b"")
        ),
    ),
    one("a-wrong-media-type", header("Content-Type", "text/html")),
    one("no-media-type", without("Content-Type")),
    every("the-response-of-another-request", other_response()),
    every("a-second-response-in-the-same-segment", twice),
    every("a-second-response-a-moment-later", afterwards),
    every("the-same-request-id-for-ever", header("X-Request-Id", "always")),
    every("429-for-ever", late(refuses(429, Retry_After="2"))),
    one(
        "429-retry-after-of-the-year-9999",
        refuses(429, Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"),
    ),
    one("429-for-one", refuses(429, Retry_After="2")),
    *(
        every(f"429-retry-after-{name}", late(refuses(429, Retry_After=text)))
        for name, text in {
            "superscript": "\u00b2",
            "of-5000-digits": "9" * 5000,
            "nan": "nan",
            "1e400": "1e400",
            "negative": "-5",
            "never": "never",
            "of-spaces": spaces(),
            "empty": "",
        }.items()
    ),
    every("500-for-ever", late(refuses(500))),
    one("503-for-one", refuses(503, Retry_After="1")),
    every("401-after-forty", late(refuses(401, WWW_Authenticate="Bearer"))),
    every("403-after-forty", late(refuses(403))),
    every("404-for-everything", refuses(404)),
    every(
        "200-for-everything",
        holds({"id": "x", "name": "Ada", "size": 3, "made": "2026-01-02T03:04:05Z"}),
    ),
    every("echoes-the-token", echoes(str)),
    every("echoes-the-token-in-pieces", in_pieces),
)

IDS = tuple(
    every(f"an-id-{name}", makes(text))
    for name, text in {
        "that-climbs": '"../../x"',
        "empty": '""',
        "of-spaces": '"   "',
        "of-a-megabyte": '"' + "a" * 1_000_000 + '"',
        "of-a-lone-surrogate": r'"\ud800"',
        "that-is-an-object": "{}",
        "that-is-a-list": "[1]",
        "that-is-null": "null",
        "of-5000-digits": "9" * 5000,
        "that-is-nan": "NaN",
        "that-is-1e400": "1e400",
        "that-is-true": "true",
        "with-a-query": '"x?a=b#c"',
        "of-line-breaks": r'"a\r\nX-Evil: 1"',
        "of-nul": r'"a\u0000b"',
        "of-escapes": json.dumps(ANSI + BIDI),
        "of-script": json.dumps(EVIL),
        "that-is-a-placeholder": '"$APICHECK_ADMIN_TOKEN"',
        "that-is-an-expression": '"$steps.make.response.body#/id"',
        "of-dots": '".."',
        "that-is-a-url": '"http://192.0.2.1/x"',
        "of-percent-signs": '"%2e%2e%2f%00%zz"',
    }.items()
)

TARGETS = (*FRAMING, *SIZE, *TIME, *VALUES, *LIES, *IDS)
