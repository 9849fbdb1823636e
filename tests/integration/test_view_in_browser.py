"""The viewer's page in a browser: it shows what there is, by keyboard too, runs nothing of its data, asks nobody."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import write
from pytest_dynamodb.cli import main
from pytest_dynamodb.exchange import Exchange, Request, Response
from pytest_dynamodb.mock import Mock
from pytest_dynamodb.providers.mock import MockProvider
from pytest_dynamodb.remote import Address, ServedTests
from pytest_dynamodb.remote.live import WatchedProvider
from pytest_dynamodb.remote.tests import MAIN, ServedTest
from pytest_dynamodb.server import running
from pytest_dynamodb.view import ShownRecording, page, recordings_data
from pytest_dynamodb.view.comparison import comparison_data
from pytest_dynamodb.view.run import run_data

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH")

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders" / "cassettes"
HOSTILE = "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 1'>"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Opened:
    """A page in a tab, and what went wrong in it."""

    def __init__(self, browser: Any, file: Path, **context: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 800}, **context)
        self.tab = self.context.new_page()
        self.problems: list[str] = []
        self.asked: list[str] = []
        self.tab.on("console", lambda message: self.problems.append(message.text))
        self.tab.on("pageerror", lambda error: self.problems.append(str(error)))
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.goto(file.as_uri())
        self.tab.wait_for_selector("html[data-ready]")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.tab.locator(selector).all_inner_texts()
        return found

    @property
    def detail(self) -> str:
        text: str = self.tab.inner_text("#detail")
        return text

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens the page of some data; at the end nothing may have gone wrong in it, and nobody may have been asked."""
    tabs: list[Opened] = []

    def open_page(data: dict[str, Any] | Path, **context: Any) -> Opened:
        file = tmp_path / f"page{len(tabs)}.html"
        if isinstance(data, Path):
            done = CliRunner().invoke(main, ["view", str(data), "-o", str(file)])
            assert done.exit_code == 0, done.output
        else:
            file.write_text(page(data), encoding="utf-8")
        tabs.append(Opened(chromium, file, **context))
        return tabs[-1]

    yield open_page
    for tab in tabs:
        assert tab.problems == []
        assert [url for url in tab.asked if not url.startswith("file:")] == []
        tab.close()


def test_the_timeline_is_walked_by_keyboard(opened: Any) -> None:
    view = opened(EXAMPLE)
    assert "70 exchanges" in view.tab.inner_text("#sums")
    assert view.texts("#tabs [role=tab]") == ["Timeline70", "Tables1", "Capacity"]
    view.press("ArrowDown", "j", "j")
    assert "GetItem on NoSuchTable" in view.detail
    assert "ResourceNotFoundException" in view.detail
    view.press("k")
    assert "DescribeTable" in view.detail
    view.press("End")
    assert view.tab.get_attribute(".row[aria-selected=true]", "aria-posinset") == "70"
    view.press("Escape")
    assert view.tab.is_hidden("#detail")


def test_values_are_shown_as_dynamodb_has_them_or_plainly(opened: Any) -> None:
    item = {
        "pk": {"S": "a"},
        "n": {"N": "1.50"},
        "tags": {"SS": ["x"]},
        "deep": {"M": {"b": {"B": "AQI="}}},
        "M": {"S": "b"},
    }
    put = Exchange("PutItem", {"TableName": "t", "Item": item}, Response(200, {}))  # fmt: skip
    view = opened(recordings_data([ShownRecording("a", Header(), [put])], title="values"))
    view.press("j")
    assert '"n": {"N": "1.50"}' in view.detail
    view.press("v")
    for text in ('"pk": "a"', '"n": 1.50', '"tags": {"x"}', '"deep": {"b": b"AQI="}', '"M": "b"'):
        assert text in view.detail


def test_search_and_filters_choose_exchanges(opened: Any) -> None:
    view = opened(EXAMPLE)
    view.press("/")
    view.tab.keyboard.type("else@example.com query")
    view.tab.wait_for_selector("#found:has-text(' of 70')")
    assert view.texts(".row .operation") == ["Query"]
    view.press("Escape")
    assert view.tab.inner_text("#found") == "70 exchanges"
    view.tab.select_option("#outcome", "error")
    assert view.tab.inner_text("#found") == "3 of 70 exchanges"
    view.tab.select_option("#operation", "PutItem")
    assert view.texts(".row .answer") == ["ConditionalCheckFailedException"]


def test_tables_are_drawn_by_partition_and_sort_key_with_indexes_as_tabs(opened: Any) -> None:
    view = opened(EXAMPLE)
    view.press("2")
    assert "partition key PK, sort key SK" in view.tab.inner_text(".keys")
    keys = view.texts(".item .partition span")
    assert keys
    assert keys == sorted(keys)
    view.tab.click("[aria-label=Indexes] [role=tab]:has-text('GSI1')")
    assert "partition key GSI1PK, sort key GSI1SK" in view.tab.inner_text(".keys")
    sorts = view.texts(".item:has(.partition span:text-is('STATUS#SHIPPED')) .sort span")
    assert sorts
    assert sorts == sorted(sorts)
    view.tab.locator(".item").first.click()
    view.tab.locator("#detail .links button").first.click()
    assert view.tab.get_attribute("#tabs [aria-selected=true]", "aria-controls") == "left"
    assert view.texts("#tabs [aria-selected=true]")[0].startswith("Timeline")


def test_what_was_deleted_or_changed_unseen_is_marked(opened: Any) -> None:
    def item(name: str) -> dict[str, Any]:
        return {"pk": {"S": name}, "n": {"N": "1"}}

    exchanges = [Exchange("PutItem", {"TableName": "t", "Item": item(name)}, Response(200, {})) for name in "abc"]
    for operation, name in (("DeleteItem", "b"), ("UpdateItem", "c")):
        exchanges.append(Exchange(operation, {"TableName": "t", "Key": {"pk": {"S": name}}}, Response(200, {})))
    view = opened(recordings_data([ShownRecording("a", Header(), exchanges)], title="items"))
    view.press("2")
    assert view.texts(".item.gone .partition span") == ["b"]
    assert view.texts(".item:has(.bad) .partition span") == ["c"]


def test_tables_are_shown_as_of_an_exchange(opened: Any) -> None:
    def put(name: str) -> Exchange:
        return Exchange("PutItem", {"TableName": "t", "Item": {"pk": {"S": name}}}, Response(200, {}))

    key = Exchange("GetItem", {"TableName": "t", "Key": {"pk": {"S": "a"}}}, Response(200, {}))
    recording = ShownRecording("a", Header(), [put("a"), key, put("b"), put("c")])
    view = opened(recordings_data([recording], title="items"))
    view.press("j", "j", "j")
    view.tab.click("text=The tables as of here")
    assert view.texts(".item .partition span") == ["a", "b"]
    view.tab.click("text=show the end")
    assert view.texts(".item .partition span") == ["a", "b", "c"]


def test_capacity_is_charted_by_key(opened: Any) -> None:
    def read(key: str, used: float) -> Exchange:
        params = {"TableName": "t", "Key": {"pk": {"S": key}}}
        return Exchange(
            "GetItem", params, Response(200, {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": used}})
        )

    view = opened(
        recordings_data([ShownRecording("a", Header(), [read("a", 1), read("b", 5), read("a", 1)])], title="c")
    )
    view.press("3")
    assert "7 read units, 0 write units in 3 calls, 2 keys" in view.tab.inner_text("#chart")
    assert view.tab.locator("#chart svg text").all_text_contents() == ["b", "5  ·  1 call", "a", "2  ·  2 calls"]


def test_two_recordings_open_with_what_differs(opened: Any) -> None:
    def recording(name: str, value: str) -> ShownRecording:
        params = {"TableName": "t", "Key": {"pk": {"S": "a"}}}
        item = {"pk": {"S": "a"}, "n": {"N": value}}
        return ShownRecording(name, Header(), [Exchange("GetItem", params, Response(200, {"Item": item}))])

    view = opened(comparison_data([recording("before", "1")], [recording("after", "2")], title="two"))
    assert view.texts("#tabs [aria-selected=true]") == ["Differences1"]
    view.press("j")
    assert "answer   Item.n: 1 → 2" in view.detail
    assert view.texts("#detail .changed") == ['  "n": {"N": "1"}', '  "n": {"N": "2"}']


def test_a_run_opens_with_what_was_missed(opened: Any) -> None:
    def test(name: str, *misses: str) -> dict[str, Any]:
        told = {"outcome": "passed", "state": "replay", "unplayed": 0, "exchanges": [], "tables": {}}
        return {"name": name, "misses": misses, **told}

    view = opened(run_data([test("fine"), test("poor", "GetItem on t: no recording matches")]))
    assert view.texts(".row .what") == ["poor", "fine"]
    assert "no recording matches" in view.detail


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_system_s_colours_until_told_otherwise(opened: Any, scheme: str) -> None:
    view = opened(recordings_data([], title="none"), color_scheme=scheme, reduced_motion="reduce")
    assert view.tab.get_attribute("html", "data-theme") == scheme
    colour = view.tab.evaluate("getComputedStyle(document.body).backgroundColor")
    view.press("t")
    assert view.tab.evaluate("getComputedStyle(document.body).backgroundColor") != colour
    assert view.tab.evaluate("getComputedStyle(document.querySelector('.quiet')).transitionDuration") == "0s"


def test_hostile_texts_are_shown_and_nothing_of_them_runs(opened: Any) -> None:
    params = {"TableName": HOSTILE, "Key": {HOSTILE: {"S": HOSTILE}}}
    exchange = Exchange("GetItem", params, Response(200, {"Item": {HOSTILE: {"S": HOSTILE}}}))
    view = opened(recordings_data([ShownRecording(HOSTILE, Header(node_id=HOSTILE), [exchange])], title=HOSTILE))
    assert view.tab.inner_text("#title") == HOSTILE
    view.press("/")
    view.tab.keyboard.type("<img")
    view.press("Escape", "j", "2", "j", "3")
    assert HOSTILE in view.tab.inner_text("#left")
    assert view.tab.evaluate("window.broken") is None
    assert view.tab.locator("img").count() == 0


def test_of_a_long_list_only_what_is_in_sight_is_there(opened: Any, tmp_path: Path) -> None:
    many = [
        Exchange("GetItem", {"TableName": "t", "Key": {"pk": {"N": str(n)}}}, Response(200, {})) for n in range(10_000)
    ]
    write(tmp_path / "many.ddb.msgpack", Header(), many)
    view = opened(tmp_path / "many.ddb.msgpack")
    view.press("End")
    assert '"N": "9999"' in view.detail
    assert view.tab.locator(".row").count() < 100
    view.press("/")
    view.tab.keyboard.type('"9876"')
    view.tab.wait_for_selector("#found:has-text('1 of 10,000')")


def test_a_live_page_shows_what_is_written_meanwhile(chromium: Any, tmp_path: Path) -> None:
    mock = Mock(region="us-east-1")
    keys = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
    types = [{"AttributeName": "pk", "AttributeType": "S"}]
    mock.load({"t": {"table": {**keys, "AttributeDefinitions": types}, "items": [{"pk": "first"}]}})
    main = ServedTest(MAIN, "the server", Cassette("none"), MockProvider(mock), None, mock)
    watched = WatchedProvider(main.line.provider)
    address = Address(ServedTests(main, folder=tmp_path), watched=watched)
    with running(watched, beside=address) as url:
        tab = chromium.new_page()
        problems: list[str] = []
        tab.on("console", lambda message: problems.append(message.text))
        tab.goto(f"{url}/_view")
        assert tab.locator(".item .partition span").all_inner_texts() == ["first"]
        watched.before(Request("PutItem", {"TableName": "t", "Item": {"pk": {"S": "second"}}}, "us-east-1"))
        tab.wait_for_selector(".item .partition span:text-is('second')")
        assert problems == []
        tab.close()
