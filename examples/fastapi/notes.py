"""Notes over HTTP: FastAPI with ``AsyncDynamoDbClient`` and a typed table.

| request | DynamoDB | answers |
|---|---|---|
| `POST /notes` | PutItem, if there is none | 201, 409 |
| `GET /notes/{author}/{slug}` | GetItem | 200, 404 |
| `PUT /notes/{author}/{slug}?version=1` | UpdateItem, if the version is still that | 200, 404, 409 |
| `DELETE /notes/{author}/{slug}` | DeleteItem | 204 |
| `GET /notes/{author}?after=...` | Query, a page | 200, 400 |

What DynamoDB refuses becomes a status in one place, so that routes are about notes. When DynamoDB itself is in trouble,
any request is answered 503 with `Retry-After`.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from pytest_dynamodb import (
    AsyncDynamoDbClient,
    AsyncTypedTable,
    CircuitOpen,
    ClientConfig,
    ConditionalCheckFailedException,
    DynamoDbError,
    InvalidCursor,
    ItemNotFound,
    RetryPolicy,
    VersionConflict,
    entity,
)

TABLE = "notes"


class Text(BaseModel):
    """What of a note can be changed."""

    title: str = Field(min_length=1, max_length=100)
    body: str = ""


@entity(pk="AUTHOR#{author}", sk="NOTE#{slug}", version="version")
class Note(Text):
    """A note. Each change makes another version of it."""

    author: str = Field(pattern="^[a-z]+$")
    slug: str = Field(pattern="^[a-z0-9-]+$")
    version: int = 0


class NotePage(BaseModel):
    """Some notes, and where to go on; ``after`` is null on the last page."""

    notes: list[Note]
    after: str | None


# --- the client: one for the application, for as long as it runs ---


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the client when the application starts, in its event loop, and close its connections at the end."""
    # People wait: three attempts, and no call takes longer than five seconds.
    config = ClientConfig(region="eu-west-1", call_timeout=5, retry=RetryPolicy(max_attempts=3))
    async with AsyncDynamoDbClient(config) as client:
        app.state.client = client
        yield


def get_client(request: Request) -> AsyncDynamoDbClient:
    """The application's client."""
    client: AsyncDynamoDbClient = request.app.state.client
    return client


def get_notes(client: Annotated[AsyncDynamoDbClient, Depends(get_client)]) -> AsyncTypedTable[Note]:
    """The table, typed."""
    return client.table(TABLE, model=Note)


Notes = Annotated[AsyncTypedTable[Note], Depends(get_notes)]

app = FastAPI(title="Notes", lifespan=lifespan)


# --- routes ---


@app.post("/notes", status_code=201)
async def write(note: Note, notes: Notes) -> Note:
    """A new note. A version of 0 expects that there is none."""
    return await notes.put(note.model_copy(update={"version": 0}))


@app.get("/notes/{author}/{slug}")
async def read(author: str, slug: str, notes: Notes) -> Note:
    """One note."""
    return await notes.get_or_raise(author=author, slug=slug)


@app.put("/notes/{author}/{slug}")
async def change(author: str, slug: str, version: int, text: Text, notes: Notes) -> Note:
    """Another title and body, for the version that was read."""
    note = await notes.get_or_raise(author=author, slug=slug)
    return await notes.put(note.model_copy(update={**text.model_dump(), "version": version}))


@app.delete("/notes/{author}/{slug}", status_code=204)
async def forget(author: str, slug: str, notes: Notes) -> None:
    """Delete a note, known or not."""
    await notes.delete(author=author, slug=slug)


@app.get("/notes/{author}")
async def of_author(
    author: str, notes: Notes, after: str | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> NotePage:
    """An author's notes, by slug."""
    page = await notes.query(author=author).limit(limit).execute(after=after)
    return NotePage(notes=list(page), after=page.cursor)


# --- what DynamoDB says, as HTTP says it ---


def problem(status: int, detail: str, **headers: str) -> Response:
    """An answer that says what went wrong."""
    return JSONResponse({"detail": detail}, status_code=status, headers=headers)


@app.exception_handler(ItemNotFound)
async def not_found(request: Request, error: Exception) -> Response:
    """404."""
    return problem(404, "there is no such note")


@app.exception_handler(ConditionalCheckFailedException)
async def conflict(request: Request, error: Exception) -> Response:
    """409: somebody else was first; with the version that is there now."""
    found = error.found if isinstance(error, VersionConflict) else None
    return problem(409, f"somebody else has written the note: its version is {found}")


@app.exception_handler(InvalidCursor)
async def bad_cursor(request: Request, error: Exception) -> Response:
    """400."""
    return problem(400, "`after` is none that this list gave")


@app.exception_handler(DynamoDbError)
async def in_trouble(request: Request, error: Exception) -> Response:
    """503 for what passes, such as throttling and time-outs; anything else is a fault of this program's."""
    if not (isinstance(error, DynamoDbError) and error.retryable):
        raise error
    wait = error.retry_after if isinstance(error, CircuitOpen) else 1.0
    return problem(503, "try again in a moment", **{"Retry-After": str(max(1, math.ceil(wait)))})
