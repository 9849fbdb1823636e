"""What expressions may say about key attributes (dynalite's suite: test/query, test/updateItem)."""

from __future__ import annotations

import pytest

from pytest_dynamodb.engine.parameters.keypaths import check_filter, check_index_types, check_scalar_keys
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import parse_condition, parse_projection, parse_update, resolve


@pytest.mark.parametrize("text", ["attribute_exists(pk.b) AND b = c", "b = pk", "size(pk) > b", "pk[1] = b"])
@pytest.mark.parametrize("parameter", ["Filter Expression", "QueryFilter"])
def test_a_filter_may_not_name_keys(text: str, parameter: str) -> None:
    with pytest.raises(ValidationException) as caught:
        check_filter(parse_condition(text), ("pk", "sk"), parameter=parameter)
    expected = f"{parameter} can only contain non-primary key attributes: Primary key attribute: pk"
    assert caught.value.message == expected


def test_a_filter_may_name_anything_else() -> None:
    check_filter(parse_condition("a.pk = b"), ("pk", "sk"))


@pytest.mark.parametrize(("text", "named"), [("pk.a", "Key: pk"), ("a, d[1]", "IndexKey: d")])
def test_paths_may_not_lead_into_keys(text: str, named: str) -> None:
    with pytest.raises(ValidationException) as caught:
        check_scalar_keys([parse_projection(text)], ("pk",), ("c", "d"))
    assert caught.value.message == (
        f"Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {named}"
    )


def test_keys_themselves_may_be_named() -> None:
    check_scalar_keys([parse_projection("pk, d, a.pk, a[1]")], ("pk",), ("c", "d"))


@pytest.mark.parametrize(
    ("text", "actual"),
    [
        ("SET g = :n", "N"),
        ("SET g = h + :n", "N"),
        ("ADD g :n", "N"),
        ("SET g = list_append(h, h)", "L"),
        ("SET other = :n, g = :n", "N"),
    ],
)
def test_an_index_key_is_not_given_another_type(text: str, actual: str) -> None:
    """dynalite's suite: "wrong type on index"; of several indexes the alphabetically first is named."""
    update = resolve(parse_update(text), {}, {":n": {"N": "1"}} if ":n" in text else {})
    with pytest.raises(ValidationException) as caught:
        check_index_types(update, {"by-b": (("g", "S", 2048),), "by-a": (("x", "S", 2048), ("g", "S", 1024))})
    assert caught.value.message == (
        "One or more parameter values were invalid: "
        f"Type mismatch for Index Key g Expected: S Actual: {actual} IndexName: by-a"
    )


@pytest.mark.parametrize("text", ["SET g = :s", "SET g = h", "SET g = if_not_exists(g, h)", "REMOVE g", "SET g.x = :n"])
def test_what_does_not_show_in_the_request_is_left_to_the_item(text: str) -> None:
    values = {name: value for name, value in ((":s", {"S": "a"}), (":n", {"N": "1"})) if name in text}
    check_index_types(resolve(parse_update(text), {}, values), {"by-g": (("g", "S", 2048),)})
