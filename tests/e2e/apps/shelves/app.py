"""A small Django API, as a team writes one that never heard of apicheck: `python app.py runserver`.

Books on shelves, kept in memory; one token, read from the environment. `BROKEN=auth` opens one
view to everybody, as a forgotten decorator does.
"""

import json
import os
import secrets
import sys
from collections.abc import Callable
from functools import wraps
from itertools import count
from typing import Any

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

settings.configure(
    SECRET_KEY=secrets.token_hex(16),
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1"],
    DEBUG=False,
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware"],
)
TOKEN = os.environ["SHELVES_TOKEN"]
NUMBERS = count(1)
SHELVES: dict[int, dict[str, Any]] = {}
BOOKS: dict[int, dict[int, dict[str, Any]]] = {}

View = Callable[..., HttpResponse]


def problem(status: int, detail: str, **headers: str) -> JsonResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JsonResponse({"detail": detail}, status=status, headers=named)


def with_token(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **names: int) -> HttpResponse:
        open_to_all = os.environ.get("BROKEN") == "auth" and request.method == "DELETE"
        if not open_to_all and request.headers.get("Authorization") != f"Token {TOKEN}":
            return problem(401, "Invalid token.", WWW_Authenticate="Token")
        return view(request, **names)

    return guarded


def body_of(request: HttpRequest, member: str) -> str | None:
    try:
        given = json.loads(request.body)
    except ValueError:
        return None
    value = given.get(member) if isinstance(given, dict) else None
    return value if isinstance(value, str) and value else None


@with_token
def shelves(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return JsonResponse({"count": len(SHELVES), "results": list(SHELVES.values())})
    if request.method != "POST":
        return problem(405, "Method not allowed.", Allow="GET, POST")
    name = body_of(request, "name")
    if name is None:
        return problem(400, "name: This field is required.")
    number = next(NUMBERS)
    SHELVES[number] = {"id": number, "name": name}
    BOOKS[number] = {}
    return JsonResponse(SHELVES[number], status=201)


@with_token
def shelf(request: HttpRequest, shelf_id: int) -> HttpResponse:
    if shelf_id not in BOOKS:
        return problem(404, "Not found.")
    if request.method == "DELETE":
        del BOOKS[shelf_id], SHELVES[shelf_id]
        return HttpResponse(status=204)
    return JsonResponse(SHELVES[shelf_id])


@with_token
def books(request: HttpRequest, shelf_id: int) -> HttpResponse:
    if shelf_id not in BOOKS:
        return problem(404, "Not found.")
    title = body_of(request, "title")
    if title is None:
        return problem(400, "title: This field is required.")
    number = next(NUMBERS)
    BOOKS[shelf_id][number] = {"id": number, "title": title}
    return JsonResponse({"book": BOOKS[shelf_id][number]}, status=201)


@with_token
def book(request: HttpRequest, shelf_id: int, book_id: int) -> HttpResponse:
    found = BOOKS.get(shelf_id, {}).get(book_id)
    if found is None:
        return problem(404, "Not found.")
    if request.method == "DELETE":
        del BOOKS[shelf_id][book_id]
        return HttpResponse(status=204)
    return JsonResponse({"book": found})


@with_token
def loan(request: HttpRequest, member: int) -> HttpResponse:
    return JsonResponse({"member": member, "books": []}) if member == 7 else problem(404, "No.")


urlpatterns = [
    path("api/shelves/", shelves),
    path("api/shelves/<int:shelf_id>/", shelf),
    path("api/shelves/<int:shelf_id>/books/", books),
    path("api/shelves/<int:shelf_id>/books/<int:book_id>/", book),
    path("api/members/<int:member>/loans/", loan),
]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
