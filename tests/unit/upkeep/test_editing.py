"""A cassette as YAML is the cassette: nothing is lost there and back, and mistakes are told where they are."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import Contents, read
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Exchange, Response, TransportFailure
from pytest_dynamodb.upkeep.editing import from_yaml, problems, to_yaml
from pytest_dynamodb.upkeep.files import cassettes_in

EXAMPLES = Path(__file__).parents[3] / "examples"
PRODUCT = EXAMPLES / "orders/cassettes/tests/test_orders/test_product_by_id.ddb.msgpack"


def get(item: dict[str, Any]) -> Contents:
    exchange = Exchange("GetItem", {"TableName": "app", "Key": {"id": {"S": "a"}}}, Response(200, {"Item": item}))
    return Contents(Header(node_id="a.py::test_a"), [exchange])


# --- there and back ---


@pytest.mark.parametrize("path", sorted(cassettes_in(EXAMPLES)), ids=lambda path: path.stem)
def test_every_recording_of_the_examples_comes_back_as_it_was(path: Path) -> None:
    contents = read(path)
    assert from_yaml(to_yaml(contents)) == contents
    # AWS, and so the mock, answers a member that botocore's model does not have yet.
    assert [text for text in problems(contents) if '"TableThroughputModeSummary"' not in text] == []


def test_values_are_plain_where_the_model_says_that_there_is_one() -> None:
    item = {
        "text": {"S": "yes"},
        "digits": {"S": "10"},
        "price": {"N": "4.50"},
        "odd": {"N": "007"},
        "flag": {"BOOL": True},
        "none": {"NULL": True},
        "raw": {"B": "AAE="},
        "tags": {"SS": ["b", "a"]},
        "rest": {"L": [{"M": {"n": {"NS": ["1", "2"]}}}]},
        "wrong": {"X": 1},
    }
    text = to_yaml(get(item))
    for line in (
        "text: yes",
        "digits: '10'",
        "price: 4.50",
        'odd: !N "007"',
        "flag: true",
        "none: null",
        'raw: !B "AAE="',
        "tags: !SS [b, a]",
        "- n: !NS ['1', '2']",
        "wrong: !wire {X: 1}",
    ):
        assert line in text, text
    assert from_yaml(text) == get(item)


def test_all_that_a_cassette_can_hold_comes_back() -> None:
    header = Header(
        "a.py::test_a",
        "2026-01-01T00:00:00Z",
        tables={"app": ("id", "sk")},
        pseudonyms=("redacted-x",),
        memos={"a\nid": [{"$type": "UUID", "text": "1"}, 1.5, None, True]},
        region="us-east-1",
        account="777700000001",
    )
    failed = TransportFailure("ReadTimeoutError", "no", {"endpoint_url": "https://x"}, attempts=3, elapsed=0.5)
    exchanges = [
        Exchange("ListTables", {"Limit": 5}, failed, region="us-east-1", account="777700000001"),
        Exchange("ListTables", {}, Response(503, b"\x00busy", {"retry-after": "1"}, 2, exhausted=True), ("T",), "x"),
        Exchange("NewOperation", {"Deep": [{"S": "no value"}]}, Response(200, {"n": 1795391552.183}), region="eu"),
        Exchange(
            "PutItem",
            {"TableName": "app", "Item": {}},
            Response(400, {"__type": "x#ConditionalCheckFailedException", "Item": {"n": {"N": "1"}}}),
        ),
    ]
    contents = Contents(header, exchanges)
    text = to_yaml(contents)
    assert "Item: {n: 1}" in text
    assert from_yaml(text) == contents


TEXTS = st.text(max_size=10) | st.sampled_from(
    ["yes", "null", "~", "1e3", "0o7", "1:30", "2026-01-01", "- a", "# b", ""]
)
VALUES = st.recursive(
    st.one_of(
        TEXTS.map(lambda text: {"S": text}),
        (st.decimals(allow_nan=False, allow_infinity=False).map(str) | TEXTS).map(lambda text: {"N": text}),
        st.booleans().map(lambda truth: {"BOOL": truth}),
        st.booleans().map(lambda truth: {"NULL": truth}),
        st.lists(TEXTS, min_size=1, max_size=3).flatmap(
            lambda texts: st.sampled_from(["SS", "NS", "BS"]).map(lambda tag: {tag: texts})
        ),
        TEXTS.map(lambda text: {"B": text}),
        st.just({"M": 1}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda members: {"L": members}),
        st.dictionaries(TEXTS, inner, max_size=3).map(lambda members: {"M": members}),
    ),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_whatever_an_item_holds_comes_back(item: dict[str, Any]) -> None:
    text = to_yaml(get(item))
    assert from_yaml(text) == get(item)
    assert all(letter.isprintable() or letter == "\n" for letter in text)


# --- mistakes ---


def edited(old: str, new: str) -> str:
    text = to_yaml(read(PRODUCT))
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("exchanges:", "exchanges: [", "this is no YAML: "),
        ("exchanges:", "changes:", "there is no list called exchanges"),
        ("endpoint: url", "endpoint: [url]", "the header: the field 'endpoint' is no str"),
        ("status: 200", "status: fine", "exchange #1: the field 'status' is no int"),
        ("operation: GetItem", "operations: GetItem", "exchange #2: the field 'operation' is missing"),
        ("endpoint: url", "endpoint: url\nendpoint: aws", "line 3: the key 'endpoint' is there twice"),
        ("endpoint: url", "endpoint: !!python/name:os.system x", "is no tag of cassettes"),
        ("endpoint: url", "endpoint: !X url", "line 2: !X is no tag of cassettes"),
        ("endpoint: url", "a: &a [x]\nb: *a\nendpoint: url", "line 3: references to other places"),
        ("endpoint: url", "? [a]\n: b\nendpoint: url", "is no text"),
    ],
)
def test_a_mistake_is_told_where_it_is(old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        from_yaml(edited(old, new))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "TableName: AppData",
            "TabelName: AppData",
            '#2 GetItem, request: Missing required parameter in input: "TableName"',
        ),
        ("Key:", "Keys:", '#2 GetItem, request: Unknown parameter in input: "Keys"'),
        ("body: {}", "body: {Item: {n: !wire {N: 1}}}", "#3 GetItem, answer: Invalid type for parameter Item.n.N"),
        ("body: {}", "body: {Item: {n: !wire {N: '1', S: a}}}", "is no attribute value"),
    ],
)
def test_the_model_is_held_against_what_was_written(old: str, new: str, said: str) -> None:
    found = problems(from_yaml(edited(old, new)))
    assert any(said in problem for problem in found), found


def test_operations_that_botocore_does_not_know_are_left_alone() -> None:
    contents = get({})
    newer = [replace(contents.exchanges[0], operation="NewOperation", params={"Anything": 1})]
    assert problems(Contents(contents.header, newer)) == []


def test_without_pyyaml_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'pytest-dynamodb-cassette\[cli\]'"):
        to_yaml(get({}))
