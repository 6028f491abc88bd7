"""An ordinary FastAPI app: books behind a bearer token. FAULTS names the mistakes that it makes.

It documents what FastAPI documents by itself and its own 404, and so nothing of a 401.
"""

import os
from itertools import count
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

FAULTS = set(filter(None, os.environ.get("FAULTS", "").split(",")))
BIGGEST = 2**63

app = FastAPI(title="Books", version="1")
bearer = HTTPBearer()
books: dict[int, dict[str, Any]] = {}
numbers = count(1)
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "No such book"}}


def user(given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    if given.credentials != os.environ["BOOKS_TOKEN"]:
        raise HTTPException(401, "bad token", {"WWW-Authenticate": "Bearer"})
    return "reader"


User = Annotated[str, Depends(user)]
Id = Annotated[int, Field(ge=1)] if "accepts-any-number" not in FAULTS else int


class NewBook(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, Field(min_length=1, max_length=80)]
    pages: Annotated[int, Field(ge=1, le=20_000)]
    tags: list[str] = []


class Book(NewBook):
    id: int


def find(book_id: int) -> dict[str, Any]:
    if "overflows" in FAULTS and book_id >= BIGGEST:
        raise OverflowError("too large for the column")
    if book_id not in books:
        raise HTTPException(404, "no such book")
    return books[book_id]


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "fine"}


@app.get("/books")
def list_books(
    _: User,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    title: Annotated[str | None, Query(max_length=80)] = None,
) -> list[Book]:
    if "needs-ascii" in FAULTS and title is not None:
        title.encode("ascii")
    if "pages-of-zero" in FAULTS:
        _ = 100 // (limit - 100)
    response.headers["X-Count"] = str(len(books))
    found = (book for book in books.values() if title is None or title in book["title"])
    return [Book(**book) for book in list(found)[:limit]]


@app.post("/books", status_code=201, response_model=Book)
def create_book(_: User, new: NewBook) -> Any:
    number = next(numbers)
    books[number] = {"id": number, **new.model_dump()}
    if "fails-on-long-titles" in FAULTS and len(new.title) > 60:
        raise RuntimeError("the column has 60 characters")
    if "text-for-a-number" in FAULTS:
        return JSONResponse({**books[number], "pages": str(new.pages)}, 201)
    return books[number]


@app.get("/books/{book_id}", responses=NOT_FOUND, response_model=Book)
def read_book(_: User, book_id: Id) -> Any:
    book = find(book_id)
    return PlainTextResponse(book["title"]) if "plain-text" in FAULTS else book


@app.put("/books/{book_id}", responses=NOT_FOUND)
def replace_book(_: User, book_id: Id, new: NewBook) -> Book:
    find(book_id).update(new.model_dump())
    if "undocumented-conflict" in FAULTS:
        raise HTTPException(409, "somebody else is writing")
    return Book(**books[book_id])


@app.delete("/books/{book_id}", status_code=204, responses=NOT_FOUND)
def delete_book(_: User, book_id: Id) -> None:
    find(book_id)
    del books[book_id]


async def import_unread(_: User, request: Request) -> dict[str, int]:
    """Takes any body, whatever the document says."""
    return {"size": len(await request.body())}


def import_books(_: User, new: list[NewBook]) -> dict[str, int]:
    return {"size": len(new)}


LIST = {"type": "array", "items": {"$ref": "#/components/schemas/NewBook"}}
UNREAD = {"requestBody": {"required": True, "content": {"application/json": {"schema": LIST}}}}
if "reads-nothing" in FAULTS:
    app.post("/imports", openapi_extra=UNREAD)(import_unread)
else:
    app.post("/imports")(import_books)


def count_books() -> dict[str, int]:
    return {"books": len(books)}


def count_books_for_users(_: User) -> dict[str, int]:
    return count_books()


if "forgets-the-token" in FAULTS:
    app.get("/count", openapi_extra={"security": [{"HTTPBearer": []}]})(count_books)
else:
    app.get("/count")(count_books_for_users)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="error")
