"""Values that are new in every run: met in a request, they stand for the recorded ones from then on."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pytest_dynamodb import Cassette, Exchange, Request, Response, UnexpectedRequest
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.store import Contents, read, write
from pytest_dynamodb.cassette.volatile.parts import is_time, is_unmistakable, split, whole_seconds, with_parts
from pytest_dynamodb.errors import ConfigurationError

A, B, C = (f"60b19e5d-9fa2-4745-adb5-a2548d5dfe5{n}" for n in "abc")
"""Ids of the recording."""
X, Y, Z = (f"fec3d827-5844-4abd-912b-befbf2370a9{n}" for n in "789")
"""Ids of this run."""
THEN, NOW = "2026-01-02T03:04:05.678901", "2027-11-12T13:14:15.161718"


def put(key: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "PutItem", {"TableName": "t", "Item": {"pk": {"S": key}, **more}}


def get(key: str) -> tuple[str, dict[str, Any]]:
    return "GetItem", {"TableName": "t", "Key": {"pk": {"S": key}}}


class Replay:
    """A cassette in memory: exchanges as requests with the bodies of their answers."""

    def __init__(
        self,
        *recorded: tuple[tuple[str, dict[str, Any]], dict[str, Any]],
        known: Mapping[str, tuple[str, ...]] | None = None,
        **options: Any,
    ) -> None:
        exchanges = [Exchange(*request, Response(200, body)) for request, body in recorded]
        contents = Contents(Header(tables={"t": ("pk",)}, volatile=known or {}), exchanges)
        self.cassette = Cassette("x.ddb.msgpack", contents=contents, options=CassetteOptions(**options))
        self.cassette.open_for_replay()

    def __call__(self, request: tuple[str, dict[str, Any]]) -> Any:
        """The answer's body; ``None`` where there is no answer."""
        outcome, _ = self.cassette.answer(Request(*request))
        return None if outcome is None else outcome.body  # type: ignore[union-attr]  # never a failure


# -- from requests into answers --------------------------------------------------------------------------------------


def test_what_is_written_with_a_new_id_is_read_back_with_it() -> None:
    item = {"pk": {"S": A}, "name": {"S": "Ada"}}
    replay = Replay((put(A, name={"S": "Ada"}), {}), (get(A), {"Item": item}), volatile=["Item.pk"])
    assert replay(put(X, name={"S": "Ada"})) == {}
    assert replay(get(X)) == {"Item": {"pk": {"S": X}, "name": {"S": "Ada"}}}


def test_without_a_volatile_place_a_new_id_is_a_miss() -> None:
    assert Replay((put(A), {}))(put(X)) is None


def test_a_value_is_carried_where_it_is_a_part_of_a_text_and_where_it_is_a_name() -> None:
    body = {"Items": [{"sk": {"S": f"ORDER#{A}#line"}, "by": {"M": {A: {"S": f"of {A}, {A}"}}}}]}

    def query(key: str) -> tuple[str, dict[str, Any]]:
        condition = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": f"USER#{key}"}}}
        return "Query", {"TableName": "t", **condition}

    replay = Replay((put(f"USER#{A}"), {}), (query(A), body), volatile=["Item.pk"])
    assert replay(put(f"USER#{X}")) == {}
    assert replay(query(X)) == {"Items": [{"sk": {"S": f"ORDER#{X}#line"}, "by": {"M": {X: {"S": f"of {X}, {X}"}}}}]}


def test_placeholders_may_be_named_otherwise() -> None:
    def update(placeholder: str, value: str) -> tuple[str, dict[str, Any]]:
        return "UpdateItem", {
            "TableName": "t",
            "Key": {"pk": {"S": "1"}},
            "UpdateExpression": f"SET friend = {placeholder}, n = :n",
            "ExpressionAttributeValues": {placeholder: {"S": value}, ":n": {"N": "1"}},
        }

    recorded = (update(":f", A), {"Attributes": {"friend": {"S": A}}})
    replay = Replay(recorded, volatile=['ExpressionAttributeValues.":f"'])
    assert replay(update(":z", X)) == {"Attributes": {"friend": {"S": X}}}


def test_numbers_are_carried_as_numbers_however_they_are_written() -> None:
    item = {"pk": {"S": "1"}, "at": {"N": "1764180000.25"}, "text": {"S": "at 1764180000.25"}}
    replay = Replay((put("1", at={"N": "1764180000.250"}), {}), (get("1"), {"Item": item}), volatile=["Item.at"])
    assert replay(put("1", at={"N": "1864180000.5"})) == {}
    now = {"at": {"N": "1864180000.5"}, "text": {"S": "at 1864180000.5"}}
    assert replay(get("1")) == {"Item": {"pk": {"S": "1"}, **now}}


def test_a_number_never_becomes_text() -> None:
    item = {"pk": {"S": "1"}, "count": {"N": "1234567890"}}
    replay = Replay((put("1", id={"S": "1234567890"}), {}), (get("1"), {"Item": item}), volatile=["Item.id"])
    assert replay(put("1", id={"S": "ABCDEFGHIJKLM1"})) == {}
    assert replay(get("1")) == {"Item": item}


def test_binaries_are_carried_as_binaries() -> None:
    item = {"pk": {"S": "1"}, "salt": {"B": "AAECAwQFBgcICQ=="}}
    replay = Replay((put("1", salt=item["salt"]), {}), (get("1"), {"Item": item}), volatile=["Item.salt"])
    assert replay(put("1", salt={"B": "AAECAwQFBgcIFA=="})) == {}
    assert replay(get("1"))["Item"]["salt"] == {"B": "AAECAwQFBgcIFA=="}


def test_the_body_of_an_error_is_carried_into_too() -> None:
    conflict = {"__type": "ConditionalCheckFailedException", "Message": f"{A} is there", "Item": {"pk": {"S": A}}}
    replay = Replay((put(A), {}), (put(A, n={"N": "1"}), conflict), volatile=["Item.pk"])
    assert replay(put(X)) == {}
    assert replay(put(X, n={"N": "1"})) == {**conflict, "Message": f"{X} is there", "Item": {"pk": {"S": X}}}


# -- which value stands for which ------------------------------------------------------------------------------------


def test_ids_that_come_in_another_order_are_told_apart_by_the_rest() -> None:
    replay = Replay(
        (put(A, n={"N": "1"}), {}),
        (put(B, n={"N": "2"}), {}),
        (("Scan", {"TableName": "t"}), {"Items": [{"pk": {"S": A}}, {"pk": {"S": B}}]}),
        volatile=["Item.pk"],
    )
    assert [replay(put(X, n={"N": "2"})), replay(put(Y, n={"N": "1"}))] == [{}, {}]
    assert replay(("Scan", {"TableName": "t"})) == {"Items": [{"pk": {"S": Y}}, {"pk": {"S": X}}]}


def test_equal_requests_but_for_ids_are_taken_in_recorded_order() -> None:
    recorded = [(put(key), {"Attributes": {"pk": {"S": key}, "n": {"N": str(n)}}}) for n, key in enumerate((A, B, C))]
    replay = Replay(*recorded, volatile=["Item.pk"])
    assert [replay(put(key))["Attributes"]["n"] for key in (X, Y, Z)] == [{"N": "0"}, {"N": "1"}, {"N": "2"}]
    assert replay(put("another")) is None


def test_one_id_never_stands_for_two_and_none_for_one() -> None:
    both = put("1", a={"S": A}, b={"S": B})
    same = put("1", a={"S": A}, b={"S": A})
    assert Replay((both, {}), volatile=["Item.a", "Item.b"])(put("1", a={"S": X}, b={"S": X})) is None
    assert Replay((same, {}), volatile=["Item.a", "Item.b"])(put("1", a={"S": X}, b={"S": Y})) is None
    assert Replay((same, {}), volatile=["Item.a", "Item.b"])(put("1", a={"S": X}, b={"S": X})) == {}


def test_an_id_that_was_met_is_not_met_again_as_another() -> None:
    replay = Replay((put(A), {}), (get(B), {}), volatile=["Item.pk", "Key.pk"])
    assert replay(put(X)) == {}
    assert replay(get(X)) is None
    assert replay(get(Y)) == {}


def test_a_read_of_what_was_written_sees_what_was_recorded_after_that() -> None:
    replay = Replay(
        (get(A), {}),
        (put(A), {}),
        (get(A), {"Item": {"pk": {"S": A}}}),
        volatile=["Item.pk"],
    )
    assert replay(put(X)) == {}
    assert replay(get(X)) == {"Item": {"pk": {"S": X}}}
    assert replay(get(X)) is None, "the other was recorded before the write"


def test_times_may_be_equal_or_differ_by_chance() -> None:
    written = {"created": {"S": THEN}, "changed": {"S": THEN}}
    replay = Replay(
        (put("1", **written), {}),
        (get("1"), {"Item": {"pk": {"S": "1"}, **written}}),
        volatile=["Item.created", "Item.changed"],
    )
    now = {"created": {"S": NOW}, "changed": {"S": NOW[:-1] + "9"}}
    assert replay(put("1", **now)) == {}
    assert replay(get("1")) == {"Item": {"pk": {"S": "1"}, **now}}


def test_short_values_are_carried_within_attributes_of_one_name() -> None:
    item = {"pk": {"S": "1"}, "seq": {"N": "3"}, "size": {"N": "3"}}
    replay = Replay(
        (put("1", seq={"N": "3"}, size={"N": "3"}), {}),
        (get("1"), {"Item": item}),
        volatile=["Item.seq"],
    )
    assert replay(put("1", seq={"N": "4"}, size={"N": "4"})) is None, "its size is another"
    assert replay(put("1", seq={"N": "4"}, size={"N": "3"})) == {}
    assert replay(get("1")) == {"Item": {**item, "seq": {"N": "4"}}}


def test_a_counter_that_goes_on_is_carried_in_order() -> None:
    recorded = [(put("1", seq={"N": str(n)}), {"Attributes": {"seq": {"N": str(n)}}}) for n in (3, 4, 5)]
    replay = Replay(*recorded, volatile=["Item.seq"])
    for number in ("4", "5", "6"):
        assert replay(put("1", seq={"N": number})) == {"Attributes": {"seq": {"N": number}}}


def test_at_a_volatile_place_anything_may_stand() -> None:
    item = {"pk": {"S": "1"}, "code": {"S": f"by ada of {A}"}}
    replay = Replay((put("1", code=item["code"]), {}), (get("1"), {"Item": item}), volatile=["Item.code"])
    assert replay(put("1", code={"S": "something else"})) == {}
    assert replay(get("1"))["Item"]["code"] == {"S": "something else"}


def test_members_of_a_set_are_met_one_by_one() -> None:
    one = put("1", friends={"SS": [A, "me"]})
    replay = Replay((one, {}), (get("1"), {"Item": one[1]["Item"]}), volatile=["Item.friends"])
    assert replay(put("1", friends={"SS": ["me", X]})) == {}
    assert replay(get("1"))["Item"]["friends"] == {"SS": [X, "me"]}


def test_which_of_several_new_members_is_which_is_told_by_other_requests() -> None:
    both = put("1", friends={"SS": [A, B]})
    replay = Replay((put(A), {}), (both, {}), (get(B), {"Item": {"pk": {"S": B}}}), volatile=["Item.friends"])
    assert replay(put("1", friends={"SS": [Y, X]})) == {}
    assert replay(put(X)) == {}
    assert replay(get(Y)) == {"Item": {"pk": {"S": Y}}}


def test_strict_order_and_repeats_hold() -> None:
    strict = Replay((put(A), {}), (put(B, n={"N": "1"}), {}), volatile=["Item.pk"], order="strict")
    assert strict(put(X, n={"N": "1"})) is None
    assert [strict(put(Y)), strict(put(X, n={"N": "1"}))] == [{}, {}]
    again = Replay((get(A), {"Item": {"pk": {"S": A}}}), volatile=["Key.pk"], repeats=True)
    assert [again(get(X)), again(get(X))] == [{"Item": {"pk": {"S": X}}}] * 2
    assert again(get(Y)) is None


def test_each_region_has_its_own_recordings() -> None:
    exchanges = [
        Exchange(*put(key), Response(200, {"Attributes": {"n": {"S": region}}}), region=region)
        for key, region in ((A, "eu-west-1"), (B, "us-east-1"))
    ]
    options = CassetteOptions(volatile=["Item.pk"])
    cassette = Cassette("x.ddb.msgpack", contents=Contents(Header(), exchanges), options=options)
    cassette.open_for_replay()
    for key, region in ((X, "us-east-1"), (Y, "eu-west-1")):
        outcome, _ = cassette.answer(Request(*put(key), region=region))
        assert isinstance(outcome, Response)
        assert outcome.body == {"Attributes": {"n": {"S": region}}}


# -- what the cassette knows -----------------------------------------------------------------------------------------


def test_values_that_the_cassette_calls_volatile_need_no_place_named() -> None:
    replay = Replay((put(f"USER#{A}"), {}), (get(f"USER#{A}"), {"Item": {"pk": {"S": A}}}), known={A: ("Item.pk",)})
    assert replay(put(f"USER#{X}")) == {}
    assert replay(get(f"USER#{X}")) == {"Item": {"pk": {"S": X}}}


def test_beside_them_everything_has_to_be_equal() -> None:
    known = {A: ("Item.pk",)}
    assert Replay((put(f"USER#{A}#ada"), {}), known=known)(put(f"USER#{X}#bob")) is None
    assert Replay((put(A), {}), (put("fixed"), {}), known=known)(put("fixed")) == {}
    assert Replay((put(B), {}), known=known)(put(X)) is None


def test_a_header_keeps_them_and_others_have_none(tmp_path: Path) -> None:
    header = Header(volatile={A: ("Item.pk", "Key.pk"), "7": ("Item.seq",)})
    write(tmp_path / "x.ddb.msgpack", header, [])
    assert read(tmp_path / "x.ddb.msgpack").header.volatile == header.volatile
    write(tmp_path / "y.ddb.msgpack", Header(), [])
    assert b"volatile" not in (tmp_path / "y.ddb.msgpack").read_bytes()


def test_a_miss_names_the_places_that_would_have_to_be_volatile() -> None:
    replay = Replay((put(A, at={"S": THEN}), {}))
    asked = Request(*put(X, at={"S": NOW}))
    report = str(replay.cassette.miss(asked, "no recording matches"))
    assert 'carry what is new in every run: volatile=["Item.at", "Item.pk"]' in report
    other = str(replay.cassette.miss(Request(*put(X, n={"N": "1"})), "no recording matches"))
    assert "volatile" not in other


def test_a_miss_compares_with_what_is_bound() -> None:
    replay = Replay((put(A), {}), (get(A), {}), (put(A, name={"S": "Ada"}), {}), volatile=["Item.pk"])
    assert replay(put(X)) == {}
    report = str(replay.cassette.miss(Request(*put(X, name={"S": "Bob"})), "no recording matches"))
    assert "Item.name" in report
    assert "Item.pk: recorded" not in report


def test_redacted_values_are_carried_as_themselves(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "x.ddb.msgpack", options=CassetteOptions(mode="rewrite", redact=["Item.pk"]))
    cassette.open_for_recording(keep=False)
    cassette.record(Request(*put(A)), Response(200, {}))
    cassette.record(Request(*get(A)), Response(200, {"Item": {"pk": {"S": A}}}))
    cassette.commit()
    options = CassetteOptions(redact=["Item.pk", "Key.pk"], volatile=["Item.pk"])
    replayed = Cassette(cassette.path, contents=read(cassette.path), options=options)
    replayed.open_for_replay()
    assert A not in str(replayed.exchanges)
    assert replayed.answer(Request(*put(X)))[0] is not None
    outcome, _ = replayed.answer(Request(*get(X)))
    assert isinstance(outcome, Response)
    assert outcome.body == {"Item": {"pk": {"S": X}}}


def test_what_is_no_jmespath_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="volatile"):
        Replay((put(A), {}), volatile=["Item..pk"])
    with pytest.raises(ConfigurationError, match="volatile takes a list"):
        CassetteOptions(volatile="Item.pk")


def test_what_stands_for_an_open_place_may_be_a_value() -> None:
    replay = Replay((put("@volatile:00000@", id={"S": A}), {}), volatile=["Item.id"])
    assert replay(put("@volatile:00000@", id={"S": X})) is None
    assert replay(put("@volatile:00000@", id={"S": A})) == {}


def test_a_verification_carries_them_too() -> None:
    replay = Replay((put(A), {"Attributes": {"pk": {"S": A}}}), volatile=["Item.pk"])
    replay.cassette.open_for_verification()
    replay.cassette.compare(Request(*put(X)), Response(200, {"Attributes": {"pk": {"S": X}}}))
    assert replay.cassette.drift_error() is None
    replay.cassette.compare(Request(*put(Y)), Response(200, {}))
    assert replay.cassette.drift_error() is not None


# -- parts of texts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"USER#{A}", ["word", "", "id"]),
        (f"u_{A}", ["word", "id"]),
        (A.upper(), ["id"]),
        ("TS#2026-01-02T03:04:05Z#x", ["word", "", "time", "", "word"]),
        ("2026-01-02", ["time"]),
        ("1764180000.25", ["number"]),
        ("A1764180000", ["word"]),
        ("01JD9Q6X3V8Z", ["word"]),
        ("", []),
        ("··", [""]),
    ],
)
def test_kinds_of_parts(text: str, kinds: list[str]) -> None:
    assert [part.kind for part in split(text)] == kinds
    assert "".join(part.text for part in split(text)) == text
    assert with_parts(text, lambda _: None) == text


@pytest.mark.parametrize("text", [A, THEN, "2026-01-02", "1764180000", "user-1a", "nanoid_V1StGXR8", "q" * 20])
def test_what_is_unmistakable(text: str) -> None:
    assert is_unmistakable(text)


@pytest.mark.parametrize("text", ["", "7", "1234567", "active", "order"])
def test_what_may_stand_for_anything(text: str) -> None:
    assert not is_unmistakable(text)


def test_times() -> None:
    assert all(map(is_time, [THEN, "2026-01-02T03:04:05+01:00", "1764180000", "1764180000123", "1764180000.5"]))
    assert not any(map(is_time, [A, "7", "12345678901", "0764180000"]))
    assert list(whole_seconds("2026-01-02T03:04:05Z and 1764180000")) == [1767323045.0, 1764180000.0]
    assert list(whole_seconds("2026-01-02T03:04:05.5Z, 2026-01-02, 1764180000123, 2026-99-02T03:04:05")) == []


def test_a_miss_of_a_volatile_request_is_raised_like_any_other() -> None:
    replay = Replay((put(A), {}), volatile=["Item.pk"])
    assert replay(put(X)) == {}
    _, reason = replay.cassette.answer(Request(*put(X)))
    assert "recorded once and has been played as often" in reason
    assert isinstance(replay.cassette.miss(Request(*put(X)), reason), UnexpectedRequest)


def test_threads_are_answered_each_with_its_own_values() -> None:
    numbers = range(64)
    writes: list[Any] = [(put(f"USER#{uuid(number)}", n={"N": str(number)}), {}) for number in numbers]
    reads = [(get(f"USER#{uuid(n)}"), {"Item": {"pk": {"S": f"USER#{uuid(n)}"}, "n": {"N": str(n)}}}) for n in numbers]
    replay = Replay(*writes, *reads, volatile=["Item.pk"])

    def user(number: int) -> bool:
        key = f"USER#{uuid(number + 1000)}"
        written, read_back = replay(put(key, n={"N": str(number)})), replay(get(key))
        return bool(written == {} and read_back == {"Item": {"pk": {"S": key}, "n": {"N": str(number)}}})

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(user, reversed(numbers)))


def uuid(number: int) -> str:
    return str(UUID(int=number * 2**64 + 2**120))
