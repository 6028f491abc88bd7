from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from apicheck.authoring import UNIQUE, Inconclusive, Request, Role, Script, Subject, build, steps
from apicheck.model.errors import TargetUnreachable
from apicheck.model.exchange import Caller, Credential, Transcript, TransportErrorKind
from apicheck.model.plan import Plan, Probe
from apicheck.model.step import Send
from apicheck.model.subject import Case
from apicheck.model.target import Identity, Mode, Safety, Secrets, Target
from apicheck.model.verdict import HarnessError, NotTestedKind, Verdict
from apicheck.probe import Journal, Redactor, Session, scan

TOKEN = "tok-4f9a8c1e7b3d5a6082ce"
ADMIN = "$APICHECK_ADMIN_TOKEN"

PlanFor = Callable[..., Plan]
ProbeOf = Callable[..., Probe]


def played(plan: Plan, probe: Probe, **how: Any) -> Transcript:
    with Session(plan) as session:
        return session.play(probe, **how)


def bearer(value: str = ADMIN) -> Credential:
    return Credential("bearer", "header", "Authorization", f"Bearer {value}")


def get(path: str = "/things") -> Request:
    return Request("GET", path, operation="listThings").with_credentials("admin", bearer())


def simple(*sends: Send) -> Callable[[Subject], Script]:
    def script(_: Subject) -> Script:
        for step in sends:  # noqa: UP028  (results are sent in, which `yield from` a tuple refuses)
            yield step

    return script


def test_the_secret_is_sent_and_its_placeholder_recorded(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(target)
    transcript = played(plan, probe_of(plan, simple(Send(get()))))
    assert transcript.exchanges[0].status == 200
    assert transcript.exchanges[0].request.credentials[0].value == f"Bearer {ADMIN}"
    assert api.requests[-1][2]["authorization"] == f"Bearer {TOKEN}"


CANARIES: dict[str, Callable[[str], tuple[int, dict[str, str], bytes]]] = {
    "in the body": lambda t: (200, {}, json.dumps({"you": t}).encode()),
    "in the body of an error": lambda t: (500, {}, f"Trace: Bearer {t} at line 3".encode()),
    "in a header": lambda t: (200, {"X-Debug": f"token={t}"}, b"{}"),
    "in a redirect": lambda t: (302, {"Location": f"http://x/?key={quote(t)}&a=1"}, b""),
    "in a cookie": lambda t: (200, {"Set-Cookie": f"s={t}; Path=/"}, b"{}"),
    "in base64": lambda t: (200, {}, base64.b64encode(f"admin:{t}".encode())),
    "as part of a JWT": lambda t: (
        200,
        {},
        b"eyJhbGciOiJub25lIn0."
        + base64.urlsafe_b64encode(json.dumps({"sub": t}).encode())
        + b".c2ln",
    ),
    "in hexadecimal": lambda t: (200, {}, t.encode().hex().encode()),
    "without its end": lambda t: (401, {}, f"unknown token {t[:-1]}".encode()),
    "one character changed": lambda t: (401, {}, f"unknown token {t[:6]}X{t[7:]}".encode()),
    "at the edge of what is kept": lambda t: (200, {}, b"a" * (256 * 1024 - 15) + t.encode() * 9),
    "in bytes that are no text": lambda t: (200, {}, b"\xff\xfe" + t.encode() + b"\x80"),
}


@pytest.mark.parametrize("canary", CANARIES)
def test_no_canary_reaches_the_journal(
    canary: str, api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, tmp_path: Path
) -> None:
    api.override = lambda *_: CANARIES[canary](TOKEN)
    plan = plan_for(target)
    with (
        Journal(tmp_path / "journal.ndjson") as journal,
        Session(plan, journal=journal) as session,
    ):
        transcript = session.play(probe_of(plan, simple(Send(get()))))
        assert scan(tmp_path, session.redactor) == ()
    exchange = transcript.exchanges[0]
    assert [seen.about for seen in exchange.observed("leaks")] == [ADMIN]


def test_the_scan_finds_a_secret_in_a_file_that_the_run_did_not_write(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"oops: {TOKEN[2:15]}")
    (tmp_path / "b.txt").write_text("fine")
    leaks = scan(tmp_path, Redactor(Secrets({ADMIN: TOKEN})))
    assert [(leak.file, leak.placeholder) for leak in leaks] == [("a.txt", ADMIN)]


def test_a_password_that_is_a_word_does_not_make_every_file_a_leak(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text("description: the secret of the client")
    assert scan(tmp_path, Redactor(Secrets({ADMIN: "secret"}))) == ()


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("00000000-0000-0000-0000-0000000000a7", '{"seconds": 0.20000000000000001}'),
        ("8f2c00000000000000004f1b", "00000000-0000-0000-0000-000000000000"),
        ("12345678", '{"n": 9123456780}'),
        ("49001234567890123", "+49 0012345678901"),
        ("administrator", "the administrator"),
    ],
)
def test_what_is_there_by_chance_is_no_secret(tmp_path: Path, secret: str, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    assert scan(tmp_path, Redactor(Secrets({ADMIN: secret}))) == ()


def test_what_the_document_publishes_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(f"example: {TOKEN}")
    (tmp_path / "report.html").write_text(f"<p>{TOKEN}</p>")
    assert scan(tmp_path, Redactor(Secrets({ADMIN: TOKEN})), [tmp_path / "openapi.yaml"]) == ()
    longer = scan(tmp_path, Redactor(Secrets({ADMIN: f"{TOKEN}x"})), [tmp_path / "openapi.yaml"])
    assert [leak.file for leak in longer] == ["openapi.yaml", "report.html"]


def test_a_leak_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"oops: {TOKEN}")
    (tmp_path / "plan.json").write_text(json.dumps({"target": {"name": TOKEN[:-1]}}))
    leaks = scan(tmp_path, Redactor(Secrets({ADMIN: TOKEN})))
    assert str(leaks[0]) == f"that of {ADMIN} in a.txt"
    assert str(leaks[1]).startswith(f"a piece of that of {ADMIN} in plan.json (it was written")


def test_a_unique_value_is_new_in_each_request_and_recorded(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    request = Request(
        "POST",
        "/things",
        headers=(("Content-Type", "application/json"),),
        body=json.dumps({"name": f"n {UNIQUE}"}).encode(),
        operation="createThing",
    ).with_credentials("admin", bearer())
    plan = plan_for(target)
    transcript = played(plan, probe_of(plan, simple(Send(request), Send(request))))
    bodies = [exchange.request.body for exchange in transcript.exchanges]
    assert bodies[0] != bodies[1]
    assert all(UNIQUE.encode() not in (body or b"") for body in bodies)
    assert [sent[3] for sent in api.requests] == bodies


def test_a_body_without_content_type_goes_out_without_one(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    typed = Request("POST", "/things", headers=(("content-type", "application/json"),), body=b"{}")
    plan = plan_for(target)
    untyped = typed.without_header("Content-Type")
    played(plan, probe_of(plan, simple(Send(typed), Send(untyped))))
    assert ["content-type" in headers for _, _, headers, _ in api.requests] == [True, False]
    assert [body for _, _, _, body in api.requests] == [b"{}", b"{}"]


def test_a_shared_request_is_sent_once_and_again_for_a_confirmation(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def script(subject: Subject) -> Script:
        yield from build.send_control(subject)

    plan = plan_for(target, concurrency=4)
    probes = [probe_of(plan, script, key=f"test/check/{n}") for n in range(6)]
    with Session(plan) as session:
        first = list(session.stream(probes))
        assert len(api.requests) == 1
        assert {transcript.exchanges[0].id for transcript in first} == {"e1"}
        again = session.play(probes[0], attempt=1)
    assert len(api.requests) == 2
    assert again.attempt == 1
    assert again.exchanges[0].id != "e1"


@pytest.mark.parametrize("first", [Role.CONTROL, Role.TABLE])
def test_a_shared_request_is_to_each_script_what_the_script_sent_it_as(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, first: Role
) -> None:
    plan = plan_for(target)
    second = Role.TABLE if first is Role.CONTROL else Role.CONTROL
    with Session(plan) as session:
        transcripts = [
            session.play(probe_of(plan, simple(Send(get(), role, "the same")), key=f"a/b/{role}"))
            for role in (first, second)
        ]
    assert len(api.requests) == 1
    assert [one.exchanges[0].id for one in transcripts] == ["e1", "e1"]
    assert [one.exchanges[0].role for one in transcripts] == [first, second]


def test_a_shared_request_that_exercises_a_property_is_sent_again_for_a_confirmation(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(target)
    sends = Send(get(), Role.SETUP, "what it names"), Send(get(), Role.TABLE, "the same")
    probe = probe_of(plan, simple(*sends))
    with Session(plan) as session:
        first, again = session.play(probe), session.play(probe, attempt=1)
    assert len(api.requests) == 3
    assert first.exchanges[0].id == again.exchanges[0].id
    assert first.exchanges[1].id != again.exchanges[1].id


def test_the_role_of_a_request_that_exercises_the_property_can_be_renamed(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(target)
    probe = probe_of(plan, simple(Send(get(), Role.CONTROL), Send(get())))
    case = Case("drawn", "x", drawn=True)
    confirm = played(plan, probe, role=Role.CONFIRM)
    drawn = played(plan, probe, case=case)
    assert [exchange.role for exchange in confirm.exchanges] == [Role.CONTROL, Role.CONFIRM]
    assert [exchange.role for exchange in drawn.exchanges] == [Role.CONTROL, Role.DRAWN]
    assert drawn.case == "x"


def test_exchanges_sent_together_come_back_in_the_order_of_their_steps(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    seen: list[str] = []

    def script(_: Subject) -> Script:
        exchanges = yield from steps.send_together(
            *(Send(get(f"/things?n={n}")) for n in range(20))
        )
        seen.extend(exchange.request.path for exchange in exchanges)

    plan = plan_for(target)
    transcript = played(plan, probe_of(plan, script))
    assert seen == [f"/things?n={n}" for n in range(20)]
    assert len(transcript.exchanges) == 20
    sent = [exchange.sent_at for exchange in transcript.exchanges]
    assert sent == sorted(sent)


def test_requests_at_a_rate_begin_at_their_moments_whether_or_not_earlier_ones_are_over(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, pauses = [100.0], list[float]()

    def pause(seconds: float) -> None:
        pauses.append(round(seconds, 6))
        now[0] += seconds

    times = SimpleNamespace(monotonic=lambda: now[0], sleep=pause)
    monkeypatch.setattr("apicheck.probe.driver.time", times)

    def script(_: Subject) -> Script:
        yield from steps.send_together(*(Send(get()) for _ in range(5)), per_second=50)

    plan = plan_for(target)
    assert len(played(plan, probe_of(plan, script)).exchanges) == 5
    assert pauses == [0, 0.02, 0.02, 0.02, 0.02]


def test_the_transcript_says_why_a_script_stopped(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def script(_: Subject) -> Script:
        yield from steps.send(get())
        steps.end_script(Inconclusive("it was not triggered"))

    plan = plan_for(target)
    transcript = played(plan, probe_of(plan, script))
    assert transcript.stopped_by == Inconclusive("it was not triggered")
    assert len(transcript.exchanges) == 1


def test_an_exception_in_a_script_is_an_error_with_its_name_and_without_secrets(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def script(_: Subject) -> Script:
        yield from steps.send(get())
        raise ZeroDivisionError(f"by {TOKEN}")

    plan = plan_for(target)
    stopped_by = played(plan, probe_of(plan, script)).stopped_by
    assert isinstance(stopped_by, HarnessError)
    assert stopped_by.reason == f"ZeroDivisionError: by {ADMIN}"


@pytest.mark.parametrize(
    ("mode", "accepted", "sent"),
    [
        (Mode.PASSIVE, False, False),
        (Mode.READ_ONLY, False, False),
        (Mode.REFUSALS, False, True),
        (Mode.REFUSALS, True, False),
        (Mode.FULL, True, True),
    ],
)
def test_a_request_that_the_mode_forbids_is_not_sent(  # noqa: PLR0917  (fixtures, by name)
    mode: Mode,
    accepted: bool,
    sent: bool,
    api: Any,
    target: Target,
    plan_for: PlanFor,
    probe_of: ProbeOf,
) -> None:
    plan = plan_for(replace(target, safety=Safety(mode=mode)))
    delete = Request("DELETE", "/things/1", operation="deleteThing")
    transcript = played(plan, probe_of(plan, simple(Send(delete)), accepted=accepted))
    assert bool(api.requests) is sent
    assert (transcript.stopped_by is None) is sent
    if not sent:
        assert transcript.stopped_by.kind is NotTestedKind.READ_ONLY


def test_a_host_outside_the_allowed_ones_is_not_contacted(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(replace(target, safety=Safety(mode=Mode.FULL, hosts=("api.example.com",))))
    transcript = played(plan, probe_of(plan, simple(Send(get()))))
    error = transcript.exchanges[0].error
    assert error is not None
    assert error.kind is TransportErrorKind.FORBIDDEN
    assert api.requests == []


def test_raw_bytes_are_written_unchanged_except_for_the_secret(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def script(_: Subject) -> Script:
        data = f"GET /things HTTP/1.1\r\nAuthorization: Bearer  {ADMIN}\r\n\r\n".encode()
        yield from steps.send_raw(data, get())

    plan = plan_for(target)
    exchange = played(plan, probe_of(plan, script)).exchanges[0]
    assert exchange.raw is not None
    assert f"Bearer  {ADMIN}".encode() in exchange.raw
    assert TOKEN.encode() not in exchange.raw
    assert api.requests[0][2]["authorization"].endswith(TOKEN)


def test_a_bad_credential_that_equals_the_valid_one_is_marked(
    api: Any, plan_for: PlanFor, probe_of: ProbeOf, target: Target
) -> None:
    digits = replace(target, secrets=Secrets({ADMIN: "12345678901234567890"}))
    plan = plan_for(digits)
    same = get().with_bad_credentials(bearer(f"{ADMIN}~swapcase"))
    other = get().with_bad_credentials(bearer(f"{ADMIN}[:-1]"))
    transcript = played(plan, probe_of(plan, simple(Send(same), Send(other))))
    marks = [[seen.about for seen in e.observed("equals")] for e in transcript.exchanges]
    assert marks == [[ADMIN], []]
    assert transcript.exchanges[0].request.caller is Caller.BAD


def test_probes_beyond_the_budget_are_not_tested(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(target, max_requests=2)
    probes = [probe_of(plan, simple(Send(get())), key=f"test/check/{n}") for n in range(4)]
    with Session(plan) as session:
        transcripts = list(session.stream(probes))
        assert session.requests == 2
    assert [t.stopped_by.kind if t.stopped_by else "" for t in transcripts] == [
        "",
        "",
        NotTestedKind.NEEDS_BUDGET,
        NotTestedKind.NEEDS_BUDGET,
    ]


def test_after_a_stop_no_probe_begins_and_no_thread_stays(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    stop = threading.Event()

    def script(_: Subject) -> Script:
        stop.set()
        yield from steps.send(get())

    plan = plan_for(target)
    probes = [probe_of(plan, script, key=f"test/check/{n}") for n in range(5)]
    with Session(plan, stop=stop) as session:
        assert len(list(session.stream(probes))) == 1
    assert not [t for t in threading.enumerate() if t.name.startswith("apicheck")]


def test_a_stream_that_is_closed_early_leaves_no_thread(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(target, concurrency=3)
    probes = [probe_of(plan, simple(Send(get())), key=f"test/check/{n}") for n in range(50)]
    with Session(plan) as session:
        stream = session.stream(probes)
        next(stream)
        stream.close()
    assert len(api.requests) < 20
    assert not [t for t in threading.enumerate() if t.name.startswith("apicheck")]


def test_clean_up_deletes_created_objects_newest_first(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def script(subject: Subject) -> Script:
        for _ in range(3):
            request = yield from build.valid_request(subject, "createThing")
            yield from steps.send(request, Role.SETUP)

    plan = plan_for(target)
    with Session(plan) as session:
        session.play(probe_of(plan, script))
        created = list(api.things)
        assert len(created) == 3
        assert session.clean_up() == ()
    deleted = [path.rpartition("/")[2] for method, path, *_ in api.requests if method == "DELETE"]
    assert deleted == list(reversed(created))
    assert api.things == {}


def test_clean_up_reports_an_object_that_it_cannot_delete(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    def refuse(method: str, path: str, *_: object) -> Any:
        return (500, {}, b"no") if method == "DELETE" else None

    api.override = refuse

    def script(subject: Subject) -> Script:
        yield from steps.send((yield from build.valid_request(subject, "createThing")))

    plan = plan_for(target)
    with Session(plan) as session:
        session.play(probe_of(plan, script))
        left = session.clean_up()
    assert left == ("/things/t1 (created by createThing): DELETE got 500",)


def test_preflight_passes_with_a_correct_configuration(
    api: Any, target: Target, plan_for: PlanFor
) -> None:
    with Session(plan_for(target)) as session:
        items = session.preflight()
    assert {item.id: item.verdict for item in items} == {
        "base-url": Verdict.PASS,
        "identity/admin": Verdict.PASS,
        "clock": Verdict.PASS,
    }


def test_preflight_names_the_identity_whose_secret_is_refused(
    api: Any, target: Target, plan_for: PlanFor
) -> None:
    stranger = Identity("stranger", "$APICHECK_STRANGER_TOKEN")
    both = replace(
        target,
        identities={**target.identities, "stranger": stranger},
        secrets=Secrets(
            {**target.secrets.values, "$APICHECK_STRANGER_TOKEN": "unknown-to-the-api"}
        ),
    )
    with Session(plan_for(both)) as session:
        items = {item.id: item for item in session.preflight()}
    assert items["identity/admin"].verdict is Verdict.PASS
    assert items["identity/stranger"].verdict is Verdict.ERROR
    assert "[identities.stranger]" in items["identity/stranger"].message


def test_a_base_url_that_refuses_connections_is_unreachable(
    target: Target, plan_for: PlanFor
) -> None:
    nowhere = replace(target, base_url="http://127.0.0.1:9")
    with Session(plan_for(nowhere)) as session, pytest.raises(TargetUnreachable) as caught:
        session.preflight()
    assert "http://127.0.0.1:9" in str(caught.value)
    assert "connection-refused" in str(caught.value)


def test_every_request_has_the_headers_of_the_target_file(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    with_header = replace(target, headers=(("X-Staging", "1"),))
    plan = plan_for(with_header)
    played(plan, probe_of(plan, simple(Send(get()))))
    assert api.requests[0][2]["x-staging"] == "1"


def test_the_path_of_the_base_url_precedes_every_path(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    plan = plan_for(replace(target, base_url=f"{api.url}/gateway/"))
    played(plan, probe_of(plan, simple(Send(get()))))
    assert api.requests[0][1] == "/gateway/things"


def test_every_script_that_waits_for_a_shared_setup_receives_its_exchange(
    api: Any, target: Target, plan_for: PlanFor, probe_of: ProbeOf
) -> None:
    gate = threading.Event()

    def slow(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        gate.wait(0.1)

    api.override = slow

    def script(_: Subject) -> Script:
        yield from steps.send(get(), Role.SETUP, "the same")

    plan = plan_for(target, concurrency=6)
    probes = [probe_of(plan, script, key=f"test/check/{n}") for n in range(6)]
    with Session(plan) as session:
        transcripts = list(session.stream(probes))
    assert len(api.requests) == 1
    assert len(transcripts) == 6
