"""Which Python numbers items have: ``Decimal``, or what the application would rather have."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pytest_dynamodb.client.calls import Item

NumberType = Callable[[Decimal], Any]
"""What is made of each number that is read."""


def int_or_float(number: Decimal) -> int | float:
    """An ``int`` for a whole number, else the nearest ``float``, which keeps 17 of up to 38 digits."""
    return int(number) if number == number.to_integral_value() else float(number)


def with_numbers(convert: NumberType) -> Callable[[Item], Item]:
    """What puts other numbers in the place of an item's, at any depth."""

    def converted(value: Any) -> Any:
        if isinstance(value, Decimal):
            return convert(value)
        if isinstance(value, dict):
            return {name: converted(member) for name, member in value.items()}
        if isinstance(value, list):
            return [converted(member) for member in value]
        if isinstance(value, set):
            return {converted(member) for member in value}
        return value

    def item_with_them(item: Item) -> Item:
        return {name: converted(value) for name, value in item.items()}

    return item_with_them
