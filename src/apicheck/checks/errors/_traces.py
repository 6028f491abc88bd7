"""Patterns of the server internals that an error response must not reveal.

Each pattern matches what a runtime, a database or a server writes by itself, and no text has by
chance. Repetitions are bounded, so that no text makes the search long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SOURCE = r"(?:py|rb|php|java|kt|go|cs|[cm]?[jt]s|ex|pl|rs)"

STACK_TRACES: Mapping[str, str] = {
    "CPython": r"Traceback \(most recent call last\)",
    "CPython, a frame": r'\bFile "[^"\n]{1,200}", line \d+, in \S',
    "the JVM": r"\bat [\w$.<>/@]{1,200}\((?:[\w$]{1,80}\.(?:java|kt|scala):\d+|Native Method)\)",
    ".NET": r"\bat [\w.<>`\[\],]{1,200}\([^)\n]{0,200}\) in [^\n]{1,200}:line \d+",
    "V8": r"\bat (?:[\w.<>\[\] ]{1,100} \()?(?:node:|file://)?/?[^\s()]{1,200}\.[cm]?[jt]s:\d+:\d+",
    "PHP": r"#\d+ [^\s]{1,200}\.php\(\d+\): ",
    "Go": r"\bgoroutine \d+ \[[a-z ,]{1,40}\]:",
    "Ruby": r"\.rb:\d+:in [`'][^'\n]{1,100}'",
}

SQL_ERRORS: Mapping[str, str] = {
    "MySQL": r"You have an error in your SQL syntax; check the manual",
    "PHP Data Objects": r"\bSQLSTATE\[\w{5}\]",
    "PostgreSQL": r"\bERROR:\s{1,4}(?:syntax error at or near|relation \"[^\"]{1,80}\" does not)",
    "PostgreSQL, 23505": r"\bduplicate key value violates unique constraint\b",
    "sqlite3": r"\bsqlite3\.(?:Operational|Integrity|Programming)Error\b",
    "SQLite": r"\bUNIQUE constraint failed: \w+\.\w+",
    "Oracle": r"\bORA-\d{5}: ",
    "SQL Server": r"Unclosed quotation mark after the character string",
    "psycopg": r"\bpsycopg2?\.errors\.\w+",
}

SOURCE_PATHS: Mapping[str, str] = {
    "Unix": r"(?<![\w/:.])/(?:home|usr|var|opt|srv|app|root|Users|workspace)/"
    rf"[\w.@/+-]{{1,200}}\.{_SOURCE}\b",
    "Windows": rf"\b[A-Za-z]:\\[\w .@+\\-]{{1,200}}\.{_SOURCE}\b",
}

BANNERS: Mapping[str, str] = {
    "nginx": r"<center>nginx(?:/[\d.]+)?</center>",
    "httpd": r"<address>Apache(?:/[\d.]+)?[^<]{0,100}</address>",
    "Tomcat": r"<h3>Apache Tomcat/[\d.]+",
    "Jetty": r"\bPowered by Jetty://",
    "Werkzeug": r"\bWerkzeug(?: Debugger\b|/\d)",
    "Django": r"because you have <code>DEBUG = True</code>",
    "IIS": r"<title>IIS [\d.]+ Detailed Error",
    "Spring Boot": r"\bWhitelabel Error Page\b",
}


def _compile(words: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(words.values()))


PATTERNS: Mapping[str, re.Pattern[str]] = {
    "stack-trace": _compile(STACK_TRACES),
    "sql-error": _compile(SQL_ERRORS),
    "source-path": _compile(SOURCE_PATHS),
    "banner": _compile(BANNERS),
}
"""Outcome -> its pattern, the most revealing first."""
