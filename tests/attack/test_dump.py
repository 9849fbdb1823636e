"""A dump is of one moment, whatever is written while it is made."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import Mock, Request

TABLE = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def test_what_is_written_or_deleted_meanwhile_is_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mock, dumped = Mock(), Mock._dumped
    mock.load({name: {"table": TABLE, "items": [{"pk": name}]} for name in ("app", "orders", "users")})
    before = mock.dump()

    def dumped_while_others_write(of: Mock, name: str, region: str) -> dict[str, Any]:
        found = dumped(of, name, region)
        item = {"pk": {"S": "later"}}
        mock.answer(Request("PutItem", {"TableName": "orders", "Item": item}, "us-east-1"))
        mock.answer(Request("DeleteTable", {"TableName": "users"}, "us-east-1"))
        return found

    monkeypatch.setattr(Mock, "_dumped", dumped_while_others_write)
    assert mock.dump() == before
    assert sorted(mock.tables) == ["app", "orders"]
    assert mock.tables["orders"].count == 2
