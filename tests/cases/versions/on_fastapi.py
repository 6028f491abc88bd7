"""Versions that are dates in a header, or part of a vendor's media type: on_fastapi.py PORT.

Each path below /VARIANT/ is the same API, served by a reader of versions with another mistake.
"""

import re
import sys
from datetime import date

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response

SERVED, RETIRED = ("2026-01-01", "2026-06-01"), "2025-06-01"
DEFAULT, NEWEST = SERVED
app = FastAPI(openapi_url=None)


@app.get("/ready")
def ready():
    return {}


def read_strictly(named):
    if named is None:
        return DEFAULT
    if named == RETIRED:
        raise HTTPException(410, "this version is retired")
    if named not in SERVED:
        raise HTTPException(400, "no such version")
    return named


def read_silently(named):
    """What is not known is the default."""
    if named == RETIRED:
        raise HTTPException(410, "this version is retired")
    return named if named in SERVED else DEFAULT


def read_up_to(named):
    """The newest version up to the one that is named; a text that is no date is not expected."""
    wanted = date.fromisoformat(named or DEFAULT)
    known = [one for one in (RETIRED, *SERVED) if date.fromisoformat(one) <= wanted]
    if not known:
        raise HTTPException(400, "no such version")
    if known[-1] == RETIRED:
        raise HTTPException(410, "this version is retired")
    return known[-1]


def read_with_retired(named):
    return RETIRED if named == RETIRED else read_strictly(named)


def read_newest_alone(named):
    if named == DEFAULT:
        raise HTTPException(400, "no such version")
    return read_strictly(named)


def read_with_newest_default(named):
    return read_strictly(named or NEWEST)


def read_required(named):
    if named is None:
        raise HTTPException(400, "which version?")
    return read_strictly(named)


READERS = {
    "silent": read_silently,
    "up-to": read_up_to,
    "with-retired": read_with_retired,
    "newest-alone": read_newest_alone,
    "newest-default": read_with_newest_default,
    "required": read_required,
}


@app.get("/{variant}/notes")
def list_notes(variant: str, request: Request, response: Response):
    version = READERS.get(variant, read_strictly)(request.headers.get("notes-version"))
    if variant == "empty-retired" and version is RETIRED:
        return Response()
    if variant != "no-echo":
        response.headers["Notes-Version"] = NEWEST if variant == "newest-echo" else version
    return []


@app.exception_handler(HTTPException)
def refuse(request: Request, error: HTTPException):
    if error.status_code == 410 and "/empty-retired/" in request.url.path:
        return Response()
    return Response(error.detail, error.status_code)


VENDOR = re.compile(r"application/vnd\.notes\.v(\d+)\+json", re.IGNORECASE)
CASELESS = {"vendor-case": 0}


@app.get("/{variant}/vendor/notes")
def list_by_media_type(variant: str, request: Request):
    accepted = request.headers.get("accept", "*/*")
    pattern = re.compile(VENDOR.pattern, CASELESS.get(variant, re.IGNORECASE))
    found = pattern.search(accepted)
    number = int(found[1]) if found else 2
    if "vnd." in accepted.lower() and found is None:
        raise HTTPException(406, "no such version")
    if number not in (1, 2):
        if variant != "vendor-silent":
            raise HTTPException(406, "no such version")
        number = 2
    said = 2 if variant == "vendor-echo" else number
    return Response("[]", media_type=f"application/vnd.notes.v{said}+json")


uvicorn.run(app, port=int(sys.argv[1]), log_level="critical", lifespan="off")
