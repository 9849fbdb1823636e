"""Laws of conditions, updates and projections, for whatever items Hypothesis can think of."""

from __future__ import annotations

import copy
from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.dialects import CLASSIC
from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.evaluation.paths import compile_projection
from pytest_dynamodb.engine.evaluation.updates import add, compile_update, subtract
from pytest_dynamodb.engine.parameters.expressions import bind_expressions
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import expression_params
from pytest_dynamodb.expressions.nodes import (
    And,
    Between,
    Comparator,
    Compare,
    ConditionTree,
    Function,
    In,
    ListIndex,
    Literal,
    Name,
    Not,
    Or,
    Path,
    ProjectionTree,
    RemoveAction,
    Section,
    SectionAction,
    SetAction,
    UpdateTree,
    ValueAction,
)
from pytest_dynamodb.values import canonical_number

KEY: dict[str, Any] = {"pk": {"S": "p"}}
NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.text(alphabet="ab\uffee\U0001f600", max_size=2)
NUMBERS = st.decimals(-1000, 1000, places=2).map(lambda number: canonical_number(format(number, "f")))
BYTES = st.sampled_from(["", "AA==", "AQI=", "/w=="])
SCALARS = st.one_of(
    st.builds(lambda text: {"S": text}, TEXTS),
    st.builds(lambda number: {"N": number}, NUMBERS),
    st.builds(lambda content: {"B": content}, BYTES),
    st.builds(lambda flag: {"BOOL": flag}, st.booleans()),
    st.just({"NULL": True}),
)
SETS = st.one_of(
    st.builds(lambda members: {"SS": members}, st.lists(TEXTS, min_size=1, max_size=3, unique=True)),
    st.builds(lambda members: {"NS": members}, st.lists(NUMBERS, min_size=1, max_size=3, unique=True)),
    st.builds(lambda members: {"BS": members}, st.lists(BYTES, min_size=1, max_size=3, unique=True)),
)
VALUES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    SCALARS | SETS,
    lambda values: st.one_of(
        st.builds(lambda members: {"L": members}, st.lists(values, max_size=3)),
        st.builds(lambda members: {"M": members}, st.dictionaries(NAMES, values, max_size=3)),
    ),
    max_leaves=6,
)
ITEMS = st.dictionaries(NAMES, VALUES, max_size=3)
STEPS = st.lists(st.one_of(st.builds(Name, NAMES), st.builds(ListIndex, st.integers(0, 3))), max_size=2)
PATHS = st.builds(lambda name, rest: Path((Name(name), *rest)), NAMES, STEPS)
OPERANDS = st.one_of(PATHS, st.builds(Literal, VALUES))
COMPARATORS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
LEAVES: st.SearchStrategy[ConditionTree] = st.one_of(
    st.builds(Compare, COMPARATORS, OPERANDS, OPERANDS),
    st.builds(Between, PATHS, OPERANDS, OPERANDS),
    st.builds(lambda path, choices: In(path, tuple(choices)), PATHS, st.lists(OPERANDS, min_size=1, max_size=3)),
    st.builds(
        lambda name, path: Function(name, (path,)), st.sampled_from(["attribute_exists", "attribute_not_exists"]), PATHS
    ),
    st.builds(
        lambda name, one, two: Function(name, (one, two)), st.sampled_from(["contains", "begins_with"]), PATHS, OPERANDS
    ),
    st.builds(lambda one, two, how: Compare(how, Function("size", (one,)), two), PATHS, OPERANDS, COMPARATORS),
)
CONDITIONS: st.SearchStrategy[ConditionTree] = st.recursive(
    LEAVES,
    lambda conditions: st.one_of(
        st.builds(Not, conditions),
        st.builds(lambda parts: And(tuple(parts)), st.lists(conditions, min_size=2, max_size=3)),
        st.builds(lambda parts: Or(tuple(parts)), st.lists(conditions, min_size=2, max_size=3)),
    ),
    max_leaves=4,
)


def meets(condition: ConditionTree, item: dict[str, Any]) -> bool:
    return compile_condition(condition)(item)


@given(CONDITIONS, CONDITIONS, ITEMS)
def test_conditions_obey_logic(one: ConditionTree, two: ConditionTree, item: dict[str, Any]) -> None:
    before = copy.deepcopy(item)
    assert meets(Not(one), item) is not meets(one, item)
    assert meets(Not(And((one, two))), item) is meets(Or((Not(one), Not(two))), item)
    assert meets(Not(Or((one, two))), item) is meets(And((Not(one), Not(two))), item)
    assert item == before


@given(CONDITIONS, ITEMS, ITEMS)
def test_a_condition_means_the_same_as_the_text_of_a_request(
    condition: ConditionTree, item: dict[str, Any], other: dict[str, Any]
) -> None:
    params = {"TableName": "t", **expression_params(condition=condition)}
    for _ in range(2):  # the second time by what was remembered of the first
        try:
            bound = bind_expressions(surface_of("PutItem", CLASSIC), params).condition
        except ValidationException:
            continue
        assert bound is not None
        assert meets(bound, item) is meets(condition, item)
        assert meets(bound, other) is meets(condition, other)


@given(ITEMS, PATHS, VALUES)
def test_equal_and_unequal_are_opposites(item: dict[str, Any], path: Path, value: dict[str, Any]) -> None:
    assert meets(Compare("=", path, Literal(value)), item) is not meets(Compare("<>", path, Literal(value)), item)


@given(SCALARS, SCALARS)
def test_the_order_is_total_within_a_type_and_empty_across_types(one: dict[str, Any], two: dict[str, Any]) -> None:
    found: dict[Comparator, bool] = {}
    for comparator in ("<", "=", ">", "<=", ">="):
        to_value = meets(Compare(comparator, Path((Name("a"),)), Literal(two)), {"a": one})
        to_path = meets(Compare(comparator, Path((Name("a"),)), Path((Name("b"),))), {"a": one, "b": two})
        assert to_value is to_path
        found[comparator] = to_value
    if one.keys() == two.keys() and one.keys() & {"S", "N", "B"}:
        assert [found["<"], found["="], found[">"]].count(True) == 1
        assert found["<="] is (found["<"] or found["="])
        assert found[">="] is (found[">"] or found["="])
    else:
        assert not any(found[comparator] for comparator in ("<", "<=", ">", ">="))


@given(VALUES)
def test_a_value_is_equal_to_itself_whatever_the_order_of_its_sets(value: dict[str, Any]) -> None:
    turned = _turned(value)
    assert meets(Compare("=", Path((Name("a"),)), Literal(turned)), {"a": value})
    assert meets(Compare("=", Path((Name("a"),)), Path((Name("b"),))), {"a": value, "b": turned})
    assert meets(In(Path((Name("a"),)), (Literal(turned),)), {"a": value})


def _turned(value: dict[str, Any]) -> dict[str, Any]:
    ((tag, content),) = value.items()
    if tag in {"SS", "NS", "BS"}:
        return {tag: content[::-1]}
    if tag == "L":
        return {tag: [_turned(member) for member in content]}
    if tag == "M":
        return {tag: {name: _turned(member) for name, member in content.items()}}
    return value


ACTIONS: st.SearchStrategy[tuple[str, SectionAction]] = st.one_of(
    st.tuples(st.just("SET"), st.builds(SetAction, PATHS, OPERANDS)),
    st.tuples(st.just("REMOVE"), st.builds(RemoveAction, PATHS)),
    st.tuples(st.just("ADD"), st.builds(ValueAction, PATHS, st.builds(Literal, SETS))),
    st.tuples(st.just("DELETE"), st.builds(ValueAction, PATHS, st.builds(Literal, SETS))),
)


@given(st.lists(ACTIONS, min_size=1, max_size=4, unique_by=lambda pair: pair[1].path.parts[0]), st.none() | ITEMS)
def test_an_update_gives_an_item_or_an_error_and_never_changes_what_it_is_given(
    actions: list[tuple[Any, SectionAction]], item: dict[str, Any] | None
) -> None:
    tree = UpdateTree(tuple(Section(name, (action,)) for name, action in actions))
    before = copy.deepcopy((item, tree))
    update = compile_update(tree)
    try:
        result = update.apply(item, KEY)
    except ValidationException:
        assert (item, tree) == before
        return
    assert (item, tree) == before
    start = KEY if item is None else item
    touched = {path.parts[0] for path in update.paths}
    for name in start.keys() - {part.text for part in touched if isinstance(part, Name)}:
        assert result.attributes[name] is start[name]
    old, new = result.updated_old(), result.updated_new()
    assert old.keys() <= (item or {}).keys()
    assert new.keys() <= result.attributes.keys()


@given(ITEMS, PATHS, VALUES)
def test_what_is_set_is_what_a_projection_and_a_condition_find(
    item: dict[str, Any], path: Path, value: dict[str, Any]
) -> None:
    update = compile_update(UpdateTree((Section("SET", (SetAction(path, Literal(value)),)),)))
    try:
        result = update.apply(item, KEY)
    except ValidationException:
        return
    assert result.updated_new() == compile_projection(ProjectionTree((path,)))(result.attributes)
    if compile_condition(Function("attribute_exists", (path,)))(result.attributes):  # else appended before its position
        assert meets(Compare("=", path, Literal(value)), dict(result.attributes))


@given(st.lists(TEXTS, unique=True), st.lists(TEXTS, min_size=1, unique=True))
def test_delete_undoes_add_of_new_members(members: list[str], added: list[str]) -> None:
    members = sorted(set(members) - set(added))
    item: dict[str, Any] = {**KEY, "s": {"SS": members}} if members else KEY
    value, path = Literal({"SS": added}), Path((Name("s"),))
    grown = compile_update(UpdateTree((Section("ADD", (ValueAction(path, value),)),))).apply(item, KEY).attributes
    assert set(grown["s"]["SS"]) == {*members, *added}
    back = compile_update(UpdateTree((Section("DELETE", (ValueAction(path, value),)),))).apply(grown, KEY).attributes
    assert back == item


WIDE = st.builds(
    lambda digits, power: canonical_number(f"{digits}e{power}"),
    st.integers(-(10**38) + 1, 10**38 - 1),
    st.integers(-130, 87),
)


@given(WIDE, WIDE)
def test_sums_are_exact_or_refused(left: str, right: str) -> None:
    exact = Context(prec=400)
    one, two = Decimal(left), Decimal(right)
    for calculate, expected in ((add, exact.add(one, two)), (subtract, exact.subtract(one, two))):
        digits, magnitude = expected.normalize(exact).as_tuple().digits, expected.adjusted()
        if len(digits) > 38 or (expected and not -130 <= magnitude <= 125):
            with pytest.raises(ValidationException):
                calculate(left, right)
        else:
            assert calculate(left, right) == canonical_number(format(expected, "f"))
