"""The text form says all that a review needs, in plain values, stably, and nothing that a terminal would obey."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.contracts import IndexContract, TableContract
from pytest_dynamodb.cassette.store import Contents, read
from pytest_dynamodb.exchange import Exchange, Response, TransportFailure
from pytest_dynamodb.upkeep.files import cassettes_in
from pytest_dynamodb.upkeep.plain import clause_text, is_value, line_of, member_lines
from pytest_dynamodb.upkeep.text import cassette_lines, exchange_lines, header_lines, item_lines
from pytest_dynamodb.values import canonical_value

ORDERS = Path(__file__).parents[3] / "examples/orders/cassettes"
STOCK = ORDERS / "tests/test_orders/test_out_of_stock_writes_nothing.ddb.msgpack"

TEXTS = st.text(max_size=8)
LEAVES = st.one_of(
    TEXTS.map(lambda text: {"S": text}),
    st.integers().map(lambda number: {"N": str(number)}),
    st.binary(max_size=4).map(lambda raw: {"B": raw.hex()}),
    st.booleans().map(lambda truth: {"BOOL": truth}),
    st.just({"NULL": True}),
    st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(lambda texts: {"SS": texts}),
)
NAMES = st.sampled_from(["S", "N", "M", "L", "B", "SS", "id", "a b", "\x1b[2J"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda members: {"L": members}),
        st.dictionaries(NAMES, inner, max_size=3).map(lambda members: {"M": members}),
    ),
    max_leaves=6,
)


# --- values ---


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"S": 'a "b"\n'}, '"a \\"b\\"\\n"'),
        ({"S": "12"}, '"12"'),
        ({"N": "12.50"}, "12.50"),
        ({"N": "no number"}, 'N"no number"'),
        ({"B": "AAE="}, 'b"AAE="'),
        ({"BOOL": False}, "false"),
        ({"NULL": True}, "null"),
        ({"SS": ["b", "a"]}, '{"a", "b"}'),
        ({"NS": ["1"]}, "{1}"),
        ({"L": [{"N": "1"}, {"M": {}}]}, "[1, {}]"),
        ({"M": {"b c": {"S": "x"}, "a": {"NULL": True}}}, '{a: null, "b c": "x"}'),
    ],
)
def test_a_value_is_what_it_holds(value: dict[str, Any], text: str) -> None:
    assert line_of(value) == text


@given(VALUES, st.dictionaries(NAMES, VALUES, min_size=1, max_size=3))
def test_an_item_is_never_taken_for_a_value_nor_a_value_for_an_item(
    value: dict[str, Any], item: dict[str, Any]
) -> None:
    assert is_value(value)
    assert not is_value(item)


@given(VALUES, VALUES)
def test_values_that_differ_look_different(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (line_of(one) == line_of(other)) == (in_order(one) == in_order(other))


def in_order(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: sorted(value) if name == "SS" and isinstance(value, list) else in_order(value)
                for name, value in node.items()}  # fmt: skip
    return [in_order(value) for value in node] if isinstance(node, list) else node


@given(VALUES)
def test_what_a_terminal_would_obey_is_escaped(value: dict[str, Any]) -> None:
    for line in member_lines("x\x1b", value, widest=20):
        assert all(letter.isprintable() or letter in "\u200c\u200d" or letter.isspace() for letter in line)
        assert "\x1b" not in line
        assert "\n" not in line


def test_a_long_value_is_spread_over_lines_that_a_diff_can_tell_apart() -> None:
    items = {"L": [{"M": {"id": {"S": "a" * 30}, "tags": {"SS": ["x" * 40, "y" * 40]}}}, {"N": "1"}]}
    assert list(member_lines("Items", items, widest=60)) == [
        "Items:",
        "  - id: " + f'"{"a" * 30}"',
        f'    tags: {{"{"x" * 40}", "{"y" * 40}"}}',
        "  - 1",
    ]


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        ('begins_with(sk, {"S":"O#"})', 'begins_with(sk, "O#")'),
        ('"we ird" > {"N":"1"}', '"we ird" > 1'),
        ('"{\\"S\\":\\"x\\"}" = {"M":{"a":{"BOOL":true}}}', '"{\\"S\\":\\"x\\"}" = {a: true}'),
        ("a = {broken", "a = {broken"),
    ],
)
def test_clauses_hold_plain_values(clause: str, text: str) -> None:
    assert clause_text(clause) == text


# --- exchanges ---


def test_a_real_recording_reads_like_this() -> None:
    text = "\n".join(cassette_lines(read(STOCK)))
    assert text.startswith("cassette of tests/test_orders.py::test_out_of_stock_writes_nothing\n  recorded: 20")
    assert "  keys: AppData (PK, SK)\n" in text
    assert """
GetItem on AppData
  Key: {PK: "PRODUCT#tea", SK: "METADATA"}
  => 200
    Item: {PK: "PRODUCT#tea", SK: "METADATA", name: "Green tea", price: 4.5, stock: 100, views: 0}

GetItem on AppData
""" in text  # fmt: skip
    assert """
TransactWriteItems on AppData
  TransactItems:
    - Update:
        Key: {PK: "PRODUCT#tea", SK: "METADATA"}
        TableName: "AppData"
        if: stock >= 1
        update: SET stock = stock - 1
""" in text  # fmt: skip
    assert """
  => 400 TransactionCanceledException
    CancellationReasons:
      - {Code: "None"}
      - {Code: "ConditionalCheckFailed", Message: "The conditional request failed"}
""" in text  # fmt: skip
    assert """
Query on AppData
  where: PK = "USER#ivy" AND begins_with(SK, "ORDER#")
  => 200
""" in text  # fmt: skip


@pytest.mark.parametrize("path", sorted(cassettes_in(ORDERS)), ids=lambda path: path.stem)
def test_every_value_of_a_recording_stands_in_its_text(path: Path) -> None:
    contents = read(path)
    text = "\n".join(cassette_lines(contents))
    assert text.count("\n\n") == len(contents.exchanges)
    for exchange in contents.exchanges:
        for value in values_in(exchange.params):
            assert line_of(canonical_value(value)) in text  # as it is compared
        for value in values_in(exchange.response):
            assert line_of(value) in text  # as it came


def values_in(node: Any) -> list[Any]:
    """The attribute values in a tree that hold no others."""
    if is_value(node) and not {"L", "M"} & node.keys():
        return [node]
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [value for part in inner for value in values_in(part)]


def test_how_long_a_call_took_and_its_token_are_left_out() -> None:
    params = {"TransactItems": [], "ClientRequestToken": "x"}
    get = Exchange("TransactWriteItems", params, Response(200, {}), ("ClientRequestToken",))
    slower = replace(get, params={**get.params, "ClientRequestToken": "y"}, outcome=Response(200, {}, elapsed=9.0))
    assert list(exchange_lines(get)) == list(exchange_lines(slower))


def test_place_owner_attempts_and_what_came_instead_of_an_answer_are_said() -> None:
    failed = TransportFailure("ReadTimeoutError", "no answer", {"endpoint_url": "https://x"}, attempts=3)
    exchange = Exchange("ListTables", {}, failed, owner="a.py::test_a", region="eu-west-1")
    assert list(exchange_lines(exchange, Header(region="us-east-1"))) == [
        "ListTables in eu-west-1 [a.py::test_a]",
        "  => no answer: ReadTimeoutError, 3 attempts",
        '    arguments: {endpoint_url: "https://x"}',
        '    message: "no answer"',
    ]
    gave_up = Exchange("ListTables", {}, Response(503, b"\x00busy", {"retry-after": "1"}, 2, exhausted=True))
    assert list(exchange_lines(gave_up)) == [
        "ListTables",
        "  => 503, 2 attempts, and the client gave up, retry-after: 1",
        '    body: b"AGJ1c3k="',
    ]


def test_indexes_and_places_that_are_new_in_every_run_stand_in_the_head() -> None:
    schema = TableContract((("id", "S"),), {"by-day": IndexContract((("day", "S"), ("id", "S")))})
    header = Header(schemas={"app": schema}, volatile={"u-1": ("Item.id", "Key.id"), "u-2": ("Item.id",)})
    lines = list(cassette_lines(Contents(header, [])))
    assert "  indexes: app by-day (day, id)" in lines
    assert "  volatile: Item.id, Key.id" in lines


def test_memos_stand_in_the_head() -> None:
    header = Header(memos={"order_id": [{"$type": "UUID", "text": "u-1"}, "b"]})
    assert '  memos: {order_id: [{"$type": "UUID", text: "u-1"}, "b"]}' in list(cassette_lines(Contents(header, [])))


# --- the items of an answer ---


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ({"Item": {"id": {"S": "a"}}}, ['{id: "a"}']),
        ({"Attributes": {"n": {"N": "1"}}}, ["{n: 1}"]),
        ({"Items": [{"n": {"N": str(n)}} for n in range(5)]}, ["{n: 0}", "{n: 1}", "{n: 2}", "and 2 more"]),
        ({"Responses": {"app": [{"n": {"N": "1"}}]}}, ["{n: 1}"]),
        ({"Responses": [{"Item": {"n": {"N": "1"}}}, {}]}, ["{n: 1}"]),
        ({"CancellationReasons": [{"Code": "None"}, {"Item": {"n": {"N": "1"}}}]}, ["{n: 1}"]),
        ({"Items": "broken", "Responses": None, "Item": []}, []),
        ({}, []),
    ],
)
def test_items_are_found_wherever_an_answer_holds_them(body: dict[str, Any], lines: list[str]) -> None:
    assert item_lines(Exchange("X", {}, Response(200, body))) == lines


def test_places_of_volatile_values_are_shown() -> None:
    header = Header(node_id="a.py::test_a", volatile={"one": ("Item.id", "Key.id"), "two": ("Item.at",)})
    assert "  volatile: Item.at, Item.id, Key.id" in list(header_lines(header))
