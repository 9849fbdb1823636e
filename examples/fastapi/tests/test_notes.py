"""The application, asked over HTTP in its own event loop: replayed from cassettes, in memory, and in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from notes import TABLE, app
from pytest_dynamodb import AsyncDynamoDbClient, Mock
from pytest_dynamodb.faults import Throttled, TimedOut

pytestmark = pytest.mark.anyio  # anyio comes with FastAPI, and its plugin for pytest with it


@pytest.fixture
def anyio_backend() -> str:
    """The client runs on asyncio."""
    return "asyncio"


@pytest.fixture
async def http() -> AsyncIterator[AsyncClient]:
    """Asks the application, which has started. (httpx does not start it.)"""
    async with app.router.lifespan_context(app):
        client: AsyncDynamoDbClient = app.state.client
        if TABLE not in await client.list_tables():
            await client.create_table(TABLE, partition_key="pk", sort_key="sk")
        async with AsyncClient(transport=ASGITransport(app), base_url="http://notes") as http:
            yield http


def note(slug: str = "first", **other: Any) -> dict[str, Any]:
    """What is sent and answered. Each recorded test has an author of its own: at a real endpoint they share a table."""
    return {"author": "ada", "slug": slug, "title": "A note", "body": "", **other}


# --- recorded once, replayed from then on ---


@pytest.mark.dynamodb_cassette
async def test_a_note_is_written_read_changed_and_forgotten(http: AsyncClient) -> None:
    written = await http.post("/notes", json=note())
    assert (written.status_code, written.json()) == (201, note(version=1))
    assert (await http.get("/notes/ada/first")).json() == note(version=1)

    changed = await http.put("/notes/ada/first?version=1", json={"title": "Another"})
    assert (changed.status_code, changed.json()) == (200, note(title="Another", version=2))

    assert (await http.delete("/notes/ada/first")).status_code == 204
    assert (await http.get("/notes/ada/first")).status_code == 404


@pytest.mark.dynamodb_cassette
async def test_who_is_second_gets_a_conflict(http: AsyncClient) -> None:
    await http.post("/notes", json=note(author="bob"))
    assert (await http.post("/notes", json=note(author="bob", title="Mine"))).status_code == 409

    await http.put("/notes/bob/first?version=1", json={"title": "First"})
    late = await http.put("/notes/bob/first?version=1", json={"title": "Second"})
    assert (late.status_code, late.json()["detail"]) == (409, "somebody else has written the note: its version is 2")
    assert (await http.get("/notes/bob/first")).json()["title"] == "First"


@pytest.mark.dynamodb_cassette
async def test_an_author_s_notes_come_in_pages(http: AsyncClient) -> None:
    for slug in "abcde":
        await http.post("/notes", json=note(slug, author="eve"))
    slugs: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await http.get("/notes/eve", params={"limit": 2, **after})).json()
        slugs += [found["slug"] for found in page["notes"]]
        if page["after"] is None:
            break
        after = {"after": page["after"]}
    assert slugs == list("abcde")
    elsewhere = await http.get("/notes/nobody", params=after)
    assert elsewhere.status_code == 400


# --- in memory ---


async def test_what_is_no_note_reaches_no_table(dynamodb_mock: Mock, http: AsyncClient) -> None:
    assert (await http.post("/notes", json=note(slug="A slug!"))).status_code == 422
    assert dynamodb_mock.tables_in("eu-west-1")[TABLE].count == 0


async def test_two_changes_at_once_are_one_change(dynamodb_mock: Mock, http: AsyncClient) -> None:
    await http.post("/notes", json=note())
    answers = await asyncio.gather(
        *(http.put("/notes/ada/first?version=1", json={"title": title}) for title in ("One", "Two"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


# --- a DynamoDB in trouble ---


@pytest.mark.dynamodb_faults(Throttled(operation="GetItem", times=2))
async def test_a_short_throttle_is_not_noticed(dynamodb_mock: Mock, http: AsyncClient) -> None:
    await http.post("/notes", json=note())
    assert (await http.get("/notes/ada/first")).status_code == 200


@pytest.mark.parametrize("fault", [Throttled(times=None), TimedOut(times=None)], ids=lambda fault: type(fault).__name__)
async def test_a_long_trouble_is_a_503(dynamodb_mock: Mock, http: AsyncClient, fault: Any) -> None:
    with dynamodb_mock.faults.during(fault):
        answer = await http.get("/notes/ada/first")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
