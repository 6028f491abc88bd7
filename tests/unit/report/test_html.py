from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from apicheck.model.exchange import Exchange, Request, Response, Role, Transcript
from apicheck.model.facts import Selector
from apicheck.model.results import Results
from apicheck.model.verdict import NotTestedKind, RunWord, Severity, Verdict
from apicheck.model.waiver import Waiver
from apicheck.report import render, words
from apicheck.report.page import read_page
from apicheck.report.view import VERDICT_ORDER

VOID = {"meta", "link", "br", "input", "hr", "img"}


class _Page(HTMLParser):
    """Elements, ids, links and text of a page, and whether its elements nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.mistakes: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.mistakes.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def _parsed(data: bytes) -> _Page:
    parsed = _Page()
    parsed.feed(data.decode())
    return parsed


@pytest.fixture
def data(results: Results, transcripts: tuple[Transcript, ...]) -> bytes:
    return render(results, transcripts, "html")


@pytest.fixture
def parsed(data: bytes) -> _Page:
    return _parsed(data)


def test_elements_nest_and_ids_are_unique(parsed: _Page) -> None:
    assert parsed.mistakes == []
    assert parsed.open == []
    ids = [attrs["id"] for _, attrs in parsed.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_link_leads_to_a_place_on_the_page(parsed: _Page) -> None:
    ids = {attrs["id"] for _, attrs in parsed.elements if "id" in attrs}
    links = [attrs["href"] for attrs in parsed.all("a")]
    outside = [link for link in links if not link or not link.startswith("#")]
    assert outside == ["https://example.com/x.png"]  # written in a check's page, as a link
    assert {link[1:] for link in links if link and link.startswith("#")} <= ids


def test_a_clause_id_of_any_characters_can_be_linked_to(results: Results) -> None:
    odd = '§ 5.3 (a) "b" <c> 100%'
    clauses = (replace(results.clauses[0], clause=replace(results.clauses[0].clause, id=odd)),)
    tasks = (replace(results.tasks[0], clauses=(odd,)),)
    parsed = _parsed(render(replace(results, clauses=clauses, tasks=tasks), (), "html"))
    ids = [attrs["id"] for _, attrs in parsed.elements if "id" in attrs]
    links = {str(a["href"])[1:] for a in parsed.all("a") if str(a["href"]).startswith("#")}
    assert links <= set(ids)
    assert not any(" " in str(found) for found in ids)
    assert [attrs["data-clause"] for attrs in parsed.all("tr") if "data-clause" in attrs] == [odd]


def test_the_page_loads_nothing(data: bytes, parsed: _Page) -> None:
    for tag in ("img", "link", "iframe", "object", "embed", "form"):
        assert parsed.all(tag) == []
    assert not any("src" in attrs for _, attrs in parsed.elements)
    assert b"@import" not in data
    assert b"url(" not in data


def test_the_script_that_the_policy_allows_is_the_one_on_the_page(data: bytes) -> None:
    (allowed,) = re.findall(r"script-src 'sha256-([^']+)'", data.decode())
    scripts = re.findall(r"<script>(.*?)</script>", data.decode(), re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert digests == [allowed]


def test_the_page_has_a_language_one_h1_landmarks_and_headed_tables(parsed: _Page) -> None:
    assert parsed.all("html") == [{"lang": "en"}]
    assert len(parsed.all("h1")) == len(parsed.all("main")) == len(parsed.all("nav")) == 1
    assert all(attrs.get("scope") for attrs in parsed.all("th"))


def test_the_first_screen_states_the_word_with_scope_and_reason(
    parsed: _Page, results: Results
) -> None:
    text = "".join(parsed.text)
    assert results.word.word.value in text
    assert results.word.scope in text
    assert results.word.why in text


def test_every_clause_and_finding_is_on_the_page_with_its_verdict(
    parsed: _Page, results: Results
) -> None:
    rows = {a["data-clause"]: a.get("data-verdict") for a in parsed.all("tr") if "data-clause" in a}
    assert set(rows) == {item.clause.id for item in results.clauses}
    judged = {item.clause.id: item.verdict.value for item in results.clauses}
    assert all(judged[clause] == verdict for clause, verdict in rows.items() if verdict)
    assert {clause for clause, verdict in rows.items() if not verdict} == {"HOOK-2", "TERMS-1"}
    shown = [attrs["data-finding"] for attrs in parsed.all("article")]
    assert shown == ["f-7d1c", "f-31bb", "f-9a02"]


def test_a_status_is_never_colour_alone(data: bytes) -> None:
    for status in re.findall(
        r'<span class="status.*?</span></span>|<span class="status[^/]*', data.decode()
    ):
        assert "glyph" in status


def test_text_of_the_target_is_shown_and_never_interpreted(data: bytes) -> None:
    text = data.decode()
    assert "<script>alert" not in text
    assert "<b>" not in text
    for hidden in ("\u202e", "\x1b", "\x00"):
        assert hidden not in text


@pytest.mark.parametrize(
    "field", ["policy", "policy_version", "target", "base_url", "spec", "tool", "started", "actor"]
)
def test_markup_in_any_field_of_the_run_is_shown_as_text(results: Results, field: str) -> None:
    hostile = "\"'><script>alert(1)</script>\u202e"
    run = replace(results.run, **{field: hostile})
    text = render(replace(results, run=run), (), "html").decode()
    assert "<script>alert" not in text
    assert "\u202e" not in text


def test_markup_in_a_finding_is_shown_as_text(results: Results) -> None:
    hostile = "\"'><img src=x onerror=alert(1)>"
    finding = replace(
        results.findings[0],
        detail=hostile,
        expected=hostile,
        actual=hostile,
        operations=(hostile,),
        curl=hostile,
        facts=(hostile,),
    )
    waiver = Waiver(hostile, hostile, hostile, hostile, hostile, Selector((hostile,)))
    clause = replace(results.clauses[0], reason=hostile, waiver=waiver)
    changed = replace(
        results,
        findings=(finding,),
        clauses=(clause,),
        leftovers=(hostile,),
        caveats=(hostile,),
        attestations=tuple(
            replace(one, question=hostile, by=hostile, role=hostile, evidence=hostile)
            for one in results.attestations
        ),
    )
    parsed = _parsed(render(changed, (), "html"))
    assert parsed.all("img") == []
    assert hostile in "".join(parsed.text)


def test_an_offending_status_is_marked_and_a_missing_header_named(data: bytes) -> None:
    text = data.decode()
    assert '<span class="line mark">HTTP/1.1 201 Created' in text
    assert '<span class="line absent">X-Request-Id: (absent)' in text


def test_a_curl_line_with_an_issued_secret_says_what_to_use_instead(results: Results) -> None:
    finding = replace(results.findings[0], curl='curl -H "A: $APICHECK_ISSUED_4" http://x')
    text = "".join(_parsed(render(replace(results, findings=(finding,)), (), "html")).text)
    assert "The API issued a secret" in text


def test_findings_of_one_kind_share_one_article_and_each_can_be_linked_to(
    results: Results,
) -> None:
    one = results.findings[0]
    other = replace(one, id="other", detail="another row", actual="204 No Content")
    parsed = _parsed(render(replace(results, findings=(one, other)), (), "html"))
    articles = [attrs.get("data-finding") for attrs in parsed.all("article")]
    assert sorted(map(str, articles)) == sorted([one.id, "other"])
    assert "likewise" in [attrs.get("class") for attrs in parsed.all("article")]
    assert "2 findings of 1 kind" not in " ".join(parsed.text)
    assert "204 No Content" in " ".join(parsed.text)


def test_dozens_of_findings_of_one_kind_are_one_block(results: Results) -> None:
    one = results.findings[0]
    many = tuple(replace(one, id=f"f{n}", detail=f"/data/{n}") for n in range(28))
    page = render(replace(results, findings=many), (), "html").decode()
    assert page.count('<article class="finding') == 1
    assert page.count("data-finding=") == 28
    opened, _, closed = page.partition("<summary>24 more: ")
    assert opened.count("data-finding=") == 4
    assert closed.count("data-finding=") == 24


def test_a_finding_lists_the_earlier_exchanges_of_its_transcript(results: Results) -> None:
    witness = Exchange("w", Request("GET", "/things"), None, None, 9.0, 9.1, Role.TABLE)
    before = [
        replace(witness, id=f"b{n}", request=Request("POST", f"/things/{n}", identity="admin"))
        for n in range(9)
    ]
    finding = replace(results.findings[0], evidence=("w",), curl="")
    played = Transcript("auth/challenge/x", (*before, witness))
    page = render(replace(results, findings=(finding,)), (played,), "html").decode()
    assert "<li>3 more</li><li>POST /things/3 → no response as admin</li>" in page
    assert "/things/8 → no response as admin</li></ol>" in page


def test_a_checks_page_gives_its_fix_and_no_markup_is_interpreted() -> None:
    shown = read_page(
        "# a\n\n## What it asserts\n\nX <script>\n\n## How to fix it\n\n[x](javascript:y) *do*\n\n"
        "## Examples\n\nnone"
    )
    assert "<em>do</em>" in shown.fix
    assert "<a" not in shown.fix
    assert "&lt;script&gt;" in shown.about
    assert "none" not in shown.about


def test_a_check_without_a_page_has_an_empty_one() -> None:
    assert read_page("").fix == read_page("").about == ""


def test_every_word_is_in_the_glossary_with_its_sign_and_tone() -> None:
    explained = {
        word for _, group in words.GLOSSARY for name, _ in group for word in name.split(", ")
    }
    for vocabulary in (Verdict, RunWord, NotTestedKind):
        assert {word.value for word in vocabulary} <= explained
    assert set(words.GLYPHS) == set(words.TONES) == {*Verdict, *RunWord}
    assert set(words.SEVERITY_TONES) == set(Severity)
    assert set(VERDICT_ORDER) == set(Verdict)


def test_an_empty_run_has_a_page(results: Results) -> None:
    empty = Results(results.run, results.word, (), (), (), (), ())
    parsed = _parsed(render(empty, (), "html"))
    assert parsed.mistakes == []
    assert "The run found nothing to fix." in "".join(parsed.text)


def test_a_run_that_was_killed_says_so(results: Results) -> None:
    killed = replace(results, run=replace(results.run, finished="", interrupted="Ctrl-C"))
    text = "".join(_parsed(render(killed, (), "html")).text)
    assert "(unknown: the run was killed)" in text
    assert "The run stopped early (Ctrl-C)" in text
    killed = replace(results, run=replace(results.run, finished="", interrupted=""))
    assert "The run was killed" in "".join(_parsed(render(killed, (), "html")).text)
    assert "The run was killed" not in "".join(_parsed(render(results, (), "html")).text)


def test_a_partial_run_says_that_it_tested_a_part_of_the_policy(results: Results) -> None:
    part = replace(results, word=replace(results.word, partial=True))
    assert "a selected part of the policy" in "".join(_parsed(render(part, (), "html")).text)


def test_same_input_same_bytes(results: Results, transcripts: tuple[Transcript, ...]) -> None:
    assert render(results, transcripts, "html") == render(results, iter(transcripts), "html")


def _many(count: int) -> Iterator[Transcript]:
    request = Request("GET", "/contacts", headers=(("Accept", "application/json"),))
    for number in range(count):
        digest = hashlib.sha256(str(number).encode()).hexdigest()  # hard to compress, as ids are
        items = [{"id": digest[n : n + 12], "state": "open", "number": n} for n in range(12)]
        body = json.dumps({"data": items, "next": digest}).encode()
        response = Response(200, (("X-Request-Id", str(number)),), body, "OK")
        exchange = Exchange(f"y-{number}", request, response, None, 0.0, 0.1, Role.TABLE)
        yield Transcript(f"p-{number}", (exchange,))


def test_thousands_of_exchanges_do_not_become_elements(results: Results) -> None:
    """At this rate, 100,000 exchanges stay below 30 MB."""
    data = render(results, _many(3000), "html")
    assert len(data) - len(render(results, (), "html")) < 900_000
    assert len(_parsed(data).elements) < 2000


def test_packed_evidence_can_be_unpacked_again(data: bytes) -> None:
    (chunk,) = re.findall(r'data-chunk="0">([^<]+)<', data.decode())
    rows = json.loads(gzip.decompress(base64.b64decode(chunk)))
    assert [row[0] for row in rows] == [f"x-{n}" for n in range(1, 9)]
    assert rows[1][1] == "GET /v2/contacts?limit=2 → 401 Unauthorized"


def test_a_body_is_capped_and_says_so(results: Results) -> None:
    response = Response(500, (), b"a" * 9000, "E", truncated=True)
    exchange = Exchange("x-3", Request("GET", "/"), response, None, 0.0, 0.1, Role.TABLE)
    text = render(results, (Transcript("p", (exchange,)),), "html").decode()
    assert "a" * 4096 in text
    assert "a" * 4097 not in text
    assert "4904 more bytes recorded" in text
    assert "the recorder stopped here" in text


def test_a_check_whose_rows_were_spread_says_so_in_its_section(
    results: Results, transcripts: tuple[Transcript, ...]
) -> None:
    spread = {"rows": 14, "subjects": 57, "asked": 171, "possible": 798}
    catalogue = {
        check: {**entry, "spread": spread} if check == "headers/request-id" else entry
        for check, entry in results.catalogue.items()
    }
    data = render(replace(results, catalogue=catalogue), transcripts, "html").decode()
    sentence = "The run spread 14 rows of its table over 57 subjects: it tested 171 of 798 pairs."
    assert data.count(sentence) == 1
    section = data.partition('<code>headers/request-id</code> <span class="check-title">')[2]
    assert sentence in section.partition("</details>")[0]


def test_what_is_waived_says_so_among_what_is_to_be_mended_first(results: Results) -> None:
    finding = results.findings[0]
    clauses = tuple(
        replace(one, waived=one.clause.id in finding.clauses) for one in results.clauses
    )
    label = '<span class="label">waived</span>'
    assert label not in render(results, (), "html").decode()
    assert render(replace(results, clauses=clauses), (), "html").decode().count(label) == 1
