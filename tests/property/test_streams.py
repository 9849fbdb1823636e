"""What a subscribed function is handed, whatever is written and whatever fails: all of it, each item's in order."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import Mock, Request
from pytest_dynamodb.triggers import EventSourceMapping

KEYS = st.sampled_from("abcd")
STEPS = st.lists(st.one_of(KEYS, st.just("deliver"), st.just("split")), max_size=30)
MAPPINGS = st.builds(
    EventSourceMapping,
    batch_size=st.integers(1, 5),
    bisect=st.booleans(),
    retry_attempts=st.integers(0, 3),
    report_failures=st.booleans(),
    parallelization_factor=st.integers(1, 4),
)


@given(steps=STEPS, mapping=MAPPINGS, twice=st.booleans(), failures=st.lists(st.integers(0, 3), max_size=20))
def test_nothing_is_lost_and_each_items_changes_come_in_order(
    steps: list[str], mapping: EventSourceMapping, twice: bool, failures: list[int]
) -> None:
    mock = Mock()
    params: dict[str, Any] = {
        "TableName": "orders",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    }
    mock.engine.run(Request("CreateTable", params, mock.region))
    plan = iter(failures)
    handed: dict[str, list[int]] = defaultdict(list)

    def change(record: Any) -> tuple[str, int]:
        image = record["dynamodb"]["NewImage"]
        return image["pk"]["S"], int(image["n"]["N"])

    def handler(event: Any, context: Any) -> Any:
        records = event["Records"]
        failure = next(plan, 0)
        if failure == 1:
            raise ValueError("not this time")
        done = records if failure != 2 else records[: len(records) // 2]
        if not mapping.report_failures:
            done = records
        for record in done:
            key, number = change(record)
            handed[key].append(number)
        return {
            "batchItemFailures": [{"itemIdentifier": r["dynamodb"]["SequenceNumber"]} for r in records[len(done) :]]
        }

    subscribed = mock.streams.subscribe("orders", handler, mapping=mapping, at_least_once=twice)
    written: dict[str, list[int]] = defaultdict(list)
    for number, step in enumerate(steps):
        if step == "deliver":
            mock.streams.deliver()
        elif step == "split":
            mock.split_shards("orders", children=2 if steps.index("split") == number else 1)
        else:
            item = {"pk": {"S": step}, "n": {"N": str(number)}}
            mock.engine.run(Request("PutItem", {"TableName": "orders", "Item": item}, mock.region))
            written[step].append(number)
    mock.streams.deliver()

    lost = {change(record) for discarded in subscribed.discarded for record in discarded.records}
    for key, numbers in written.items():
        first_seen = list(dict.fromkeys(handed[key]))
        assert first_seen == sorted(first_seen)
        assert set(first_seen) | {number for name, number in lost if name == key} == set(numbers)
    assert mock.streams.deliver() == 0
