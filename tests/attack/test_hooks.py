"""What a project's hook returns is checked when it returns, and the message names the hook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Cassette, ConfigurationError, Exchange, Mock, Request, Response
from pytest_dynamodb.cassette.options import CassetteOptions, Hooks
from pytest_dynamodb.cassette.store import read

REQUEST = Request("GetItem", {"TableName": "t", "Key": {"pk": {"S": "a"}}})
WRONG: dict[str, Any] = {
    "before_record": [
        True,
        "text",
        {"operation": "GetItem"},
        Exchange(1, {}, Response(200, {})),  # type: ignore[arg-type]
        Exchange("GetItem", [], Response(200, {})),  # type: ignore[arg-type]
        Exchange("GetItem", {}, None),  # type: ignore[arg-type]
        Exchange("GetItem", {}, Response(200, {1: "x"})),  # type: ignore[dict-item]
        Exchange("GetItem", {}, Response("200", {})),  # type: ignore[arg-type]
    ],
    "before_replay": [True, 7, Exchange("GetItem", {}, Response(200, None))],  # type: ignore[arg-type]
    "normalize": [False, [], "x"],
    "redact": [7, b"x", False, ["x"]],
}


@pytest.mark.parametrize(("hook", "value"), [(hook, value) for hook in WRONG for value in WRONG[hook]])
def test_what_makes_no_sense_is_refused_at_once(tmp_path: Path, hook: str, value: Any) -> None:
    path = tmp_path / "x.ddb.msgpack"
    plain = Cassette(path)
    plain.open_for_recording(keep=False)
    plain.record(REQUEST, Response(200, {}))
    plain.commit()

    hooks = Hooks(**{hook: lambda *_: value})
    cassette = Cassette(path, contents=read(path), options=CassetteOptions(hooks=hooks))
    with pytest.raises(ConfigurationError, match=f"pytest_dynamodb_{hook} returned"):
        if hook == "before_record":
            cassette.open_for_recording(keep=False)
            cassette.record(REQUEST, Response(200, {}))
        elif hook == "redact":
            cassette.sanitizer.params(REQUEST.params)
        else:
            cassette.open_for_replay()
            cassette.answer(REQUEST)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreateTable", {}),
        ("Nonsense", {}),
        ("GetItem", {}),
        ("GetItem", {"TableName": 7, "Key": []}),
        ("Query", {"TableName": "ttt", "IndexName": {}}),
        ("BatchGetItem", {"RequestItems": [1]}),
        ("TransactWriteItems", {"TransactItems": {"a": None}}),
        ("ExecuteStatement", {"Statement": "SELECT"}),
        ("ExecuteStatement", {"Statement": None}),
        ("PutItem", {"TableName": "ttt", "Item": {"pk": {"S": 1}}}),
    ],
)
def test_explain_tells_what_is_wrong_and_does_not_raise(operation: str, params: dict[str, Any]) -> None:
    assert Mock().explain(operation, params).error
