"""A project's own tests of its API: the application itself, without a server to start."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import flask
import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from apicheck.model.errors import TargetUnreachable
from apicheck.run import serve_application
from apicheck.testing import Run

pytest_plugins = ["pytester"]

TOKEN = "shelf-91c0d7e2f4ab"
Check = Callable[..., Run]


def find_user(given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    if given.credentials != TOKEN:
        raise HTTPException(401, "bad token", {"WWW-Authenticate": "Bearer"})
    return "reader"


def make_fastapi() -> FastAPI:
    app = FastAPI(title="Shelf", version="1")

    @app.get("/books")
    def list_books(user: Annotated[str, Depends(find_user)]) -> list[str]:
        return [f"for {user}"]

    return app


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Shelf", "version": "1"},
    "security": [{"bearer": []}],
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/books": {
            "get": {
                "operationId": "listBooks",
                "responses": {"200": {"description": "titles"}, "401": {"description": "no token"}},
            }
        }
    },
}


def make_flask(*, forgets_the_token: bool = False) -> flask.Flask:
    app = flask.Flask("shelf")

    @app.get("/books")
    def list_books() -> Any:
        given = flask.request.headers.get("Authorization")
        if given != f"Bearer {TOKEN}" and not forgets_the_token:
            return {"error": "no token"}, 401, {"WWW-Authenticate": "Bearer"}
        return ["a title"]

    @app.get("/openapi.json")
    def document() -> Any:
        return DOCUMENT

    return app


def test_a_fastapi_app_is_tested_in_three_lines(apicheck_run: Check) -> None:
    run = apicheck_run(app=make_fastapi(), spec="/openapi.json", token=TOKEN)
    run.assert_conformant()
    assert run.verdicts("auth/missing-credentials") == {"list_books_books_get": "pass"}


def test_what_a_test_overrides_in_its_app_is_what_is_tested(apicheck_run: Check) -> None:
    app = make_fastapi()
    app.dependency_overrides[find_user] = lambda: "anybody"
    run = apicheck_run(
        app=app, spec="/openapi.json", token=TOKEN, select=("auth/missing-credentials",)
    )
    assert run.outcomes() == {("auth/missing-credentials", "accepted")}


def test_a_flask_app_is_tested_in_three_lines(apicheck_run: Check) -> None:
    run = apicheck_run(app=make_flask(), spec="/openapi.json", token=TOKEN)
    run.assert_conformant()
    assert run.verdicts("auth/missing-credentials") == {"listBooks": "pass"}


def test_the_defect_of_a_flask_app_is_found(apicheck_run: Check, tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(DOCUMENT))
    run = apicheck_run(
        app=make_flask(forgets_the_token=True),
        spec=tmp_path / "openapi.json",
        token=TOKEN,
        select=("auth/missing-credentials",),
    )
    assert run.outcomes() == {("auth/missing-credentials", "accepted")}


def test_an_asgi_application_that_is_a_plain_function_is_known_by_its_parameters() -> None:
    def application(scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        return make_fastapi()(scope, receive, send)

    with serve_application(application) as url:
        assert url.startswith("http://127.0.0.1:")


def test_the_application_is_stopped_when_its_policy_cannot_be_used(apicheck_run: Check) -> None:
    stopped = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while scope["type"] == "lifespan":
            message = await receive()
            stopped.append(message["type"] == "lifespan.shutdown")
            await send({"type": f"{message['type']}.complete"})
            if stopped[-1]:
                return

    with pytest.raises(Exception, match=r"nowhere\.yaml"):
        apicheck_run(app=application, policy="nowhere.yaml")
    assert stopped == [False, True]


def test_an_application_that_does_not_start_says_why(apicheck_run: Check) -> None:
    @asynccontextmanager
    async def connect(_: FastAPI) -> AsyncIterator[None]:
        raise OSError("no database at db.example:5432")
        yield

    with pytest.raises(
        TargetUnreachable, match=r"(?s)does not start.*no database at db\.example:5432"
    ):
        apicheck_run(app=FastAPI(lifespan=connect), spec="/openapi.json", token=TOKEN)


def test_what_an_application_raises_is_logged_once_for_each_place(
    apicheck_run: Check, caplog: pytest.LogCaptureFixture
) -> None:
    """A 500 alone would not say where it comes from; a run may cause hundreds of the same."""
    app = make_fastapi()
    app.dependency_overrides[find_user] = lambda: {}["nobody"]
    run = apicheck_run(app=app, spec="/openapi.json", token=TOKEN)
    assert ("errors/unexpected-5xx", "server-error") in run.outcomes()
    (logged,) = [record for record in caplog.records if "the application raised" in record.message]
    assert "GET /books" in logged.message
    assert logged.exc_info is not None
    assert isinstance(logged.exc_info[1], KeyError)


def test_the_lifespan_of_a_starlette_app_lasts_as_long_as_the_run(apicheck_run: Check) -> None:
    told: list[str] = []

    @asynccontextmanager
    async def connect(_: Starlette) -> AsyncIterator[dict[str, list[str]]]:
        told.append("start")
        yield {"titles": ["a title"]}
        told.append("stop")

    async def list_books(request: Request) -> Response:
        assert told == ["start"]
        if request.headers.get("Authorization") == f"Bearer {TOKEN}":
            return JSONResponse(request.state.titles)
        return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})

    async def document(_: Request) -> Response:
        return JSONResponse(DOCUMENT)

    routes = [Route("/books", list_books), Route("/openapi.json", document)]
    app = Starlette(routes=routes, lifespan=connect)
    apicheck_run(app=app, spec="/openapi.json", token=TOKEN).assert_conformant()
    assert told == ["start", "stop"]


@pytest.mark.long
def test_a_live_server_of_django_is_tested_by_its_url(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makefile(".json", openapi=json.dumps(DOCUMENT))
    pytester.makepyfile(
        settings="SECRET_KEY = 'x'; ROOT_URLCONF = 'urls'; ALLOWED_HOSTS = ['*']\n"
        "STATIC_URL = '/static/'; USE_TZ = True\n"
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}\n",
        urls=f"""
            from django.http import JsonResponse
            from django.urls import path

            def list_books(request):
                if request.headers.get("Authorization") != "Bearer {TOKEN}":
                    return JsonResponse({{}}, status=401, headers={{"WWW-Authenticate": "Bearer"}})
                return JsonResponse([], safe=False)

            urlpatterns = [path("books", list_books)]
        """,
        test_api=f"""
            def test_by_url(live_server, apicheck_run):
                run = apicheck_run(base_url=live_server.url, spec="openapi.json", token="{TOKEN}")
                assert run.verdicts("auth/missing-credentials") == {{"listBooks": "pass"}}
                assert run.results.run.requests > 10

            def test_in_process(settings, apicheck_run):
                from django.core.wsgi import get_wsgi_application
                run = apicheck_run(app=get_wsgi_application(), spec="openapi.json", token="{TOKEN}")
                assert run.verdicts("auth/missing-credentials") == {{"listBooks": "pass"}}
        """,
    )
    monkeypatch.setenv("PYTHONPATH", str(pytester.path), prepend=":")
    result = pytester.runpytest_subprocess("--ds=settings", "-p", "no:cacheprovider", timeout=120)
    result.assert_outcomes(passed=2)
