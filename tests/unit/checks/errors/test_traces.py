"""The patterns of errors/leaks: the texts of each runtime, and texts that only look like them."""

from collections.abc import Callable

import pytest

from apicheck.checks.errors._traces import PATTERNS

LEAKS = {
    "CPython": (
        "stack-trace",
        'Traceback (most recent call last):\n  File "app.py", line 3, in get\nKeyError: 7',
    ),
    "JVM": (
        "stack-trace",
        "java.lang.NullPointerException\n\tat com.acme.Orders.<init>(Orders.java:88)",
    ),
    "JVM, native": ("stack-trace", "\tat java.base/jdk.internal.Reflect.invoke(Native Method)"),
    ".NET": (
        "stack-trace",
        "   at Acme.Orders.Get(Int32 id) in C:\\build\\Acme\\Orders.cs:line 41",
    ),
    "Node": ("stack-trace", "Error: x\n    at Object.<anonymous> (/opt/app/index.js:10:9)"),
    "Node, a module": ("stack-trace", "    at async handle (file:///opt/app/routes.mjs:7:21)"),
    "PHP": ("stack-trace", "#0 /var/www/index.php(12): Order->get()\n#1 {main}"),
    "Go": ("stack-trace", "panic: x\n\ngoroutine 18 [running]:\nmain.get(...)"),
    "Ruby": ("stack-trace", "/opt/app/orders.rb:14:in `find'"),
    "MySQL": ("sql-error", "You have an error in your SQL syntax; check the manual that …"),
    "PDO": ("sql-error", "SQLSTATE[23000]: Integrity constraint violation"),
    "PostgreSQL": ("sql-error", 'ERROR:  relation "orders" does not exist'),
    "SQLite": ("sql-error", "UNIQUE constraint failed: orders.number"),
    "Oracle": ("sql-error", "ORA-00942: table or view does not exist"),
    "a path": ("source-path", "no entry in /usr/share/app/config/routes.rb"),
    "a path of Windows": ("source-path", "cannot open D:\\sites\\api\\Global.cs"),
    "nginx": ("banner", "<hr><center>nginx/1.25.3</center>"),
    "Spring Boot": ("banner", "<h1>Whitelabel Error Page</h1>"),
}
INNOCENT = (
    "There is no contact con_4f9c2a7d at this time (10:30:12).",
    "Look at https://docs.example.com/usr/guide/errors.html for more.",
    "The value at line 3, column 10 is not JSON.",
    "Send a file: /opt/report is no name for one.",
    "Order 2026-11-21 was refused at checkout (Berlin.store).",
    "ERROR: the request is not valid",
    "See /docs/errors.html, or ask nginx@example.com.",
    "The key is a duplicate.",
    "/v2/contacts/index.js",
    "C:\\temp is no path of the API",
)


def shown(text: str) -> str:
    return next((outcome for outcome, found in PATTERNS.items() if found.search(text)), "")


@pytest.mark.parametrize("name", LEAKS)
def test_the_text_of_a_runtime_is_recognised(name: str) -> None:
    outcome, text = LEAKS[name]
    assert shown(text) == outcome


@pytest.mark.parametrize("text", INNOCENT)
def test_an_ordinary_error_message_is_not_a_leak(text: str) -> None:
    assert shown(text) == ""


@pytest.mark.parametrize("piece", ["at ", "/usr/", "at a.a(", "#0 ", "C:\\a\\", 'File "', "a.rb:"])
def test_a_text_that_means_to_be_slow_is_read_in_linear_time(
    piece: str, growth: Callable[[Callable[[int], object], int], float]
) -> None:
    assert growth(lambda size: shown((piece * size)[:size]), 4096) < 80
