"""Laws of trees, texts and canonical forms, for whatever trees Hypothesis can think of."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.expressions import Placeholders, canonical_params, expression_params, render, resolve
from pytest_dynamodb.expressions.nodes import (
    Alias,
    And,
    Arithmetic,
    Between,
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
    Placeholder,
    ProjectionTree,
    RemoveAction,
    Section,
    SetAction,
    Tree,
    UpdateTree,
    ValueAction,
)
from pytest_dynamodb.expressions.parser import ExpressionName, read
from pytest_dynamodb.expressions.rendering import is_bare
from pytest_dynamodb.values import canonical_value

OPERATORS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
FUNCTIONS = st.sampled_from(["size", "contains", "begins_with", "if_not_exists", "anything"])
TEXTS = st.text(max_size=5)
VALUES = st.recursive(
    st.one_of(
        st.builds(lambda text: {"S": text}, TEXTS),
        st.builds(lambda number: {"N": str(number)}, st.integers(-999, 999)),
        st.builds(lambda flag: {"BOOL": flag}, st.booleans()),
        st.builds(lambda members: {"SS": members}, st.lists(TEXTS, min_size=1, max_size=3, unique=True)),
        st.builds(lambda members: {"NS": [f"{n}.0" for n in members]}, st.sets(st.integers(), min_size=1, max_size=3)),
    ),
    lambda values: st.one_of(
        st.builds(lambda members: {"L": members}, st.lists(values, max_size=2)),
        st.builds(lambda members: {"M": members}, st.dictionaries(TEXTS, values, max_size=2)),
    ),
    max_leaves=4,
)
BARE_NAMES = st.builds(Name, st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,6}", fullmatch=True).filter(is_bare))
ALIASES = st.builds(Alias, st.from_regex(r"#[A-Za-z0-9_]{1,4}", fullmatch=True))
PLACEHOLDERS = st.builds(Placeholder, st.from_regex(r":[A-Za-z0-9_]{1,4}", fullmatch=True))
ANY_NAMES = st.builds(
    Name, st.one_of(st.text(max_size=6), st.sampled_from(["name", "SET", "and", "a.b", "a[0]", "_a"]))
)
LITERALS = st.builds(Literal, VALUES)
INDEXES = st.builds(ListIndex, st.integers(0, 10**6))


def paths(names: st.SearchStrategy[Any]) -> st.SearchStrategy[Path]:
    tails = st.lists(st.one_of(names, INDEXES), max_size=3)
    return st.builds(lambda head, tail: Path((head, *tail)), names, tails)


def operands(names: st.SearchStrategy[Any], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    plain = st.one_of(paths(names), values)
    return st.recursive(
        plain,
        lambda inner: st.builds(Function, FUNCTIONS, st.lists(inner, min_size=1, max_size=2).map(tuple)),
        max_leaves=3,
    )


def conditions(names: st.SearchStrategy[Any], values: st.SearchStrategy[Any]) -> st.SearchStrategy[ConditionTree]:
    operand = operands(names, values)
    leaves = st.one_of(
        st.builds(Compare, OPERATORS, operand, operand),
        st.builds(Between, operand, operand, operand),
        st.builds(In, operand, st.lists(operand, min_size=1, max_size=3).map(tuple)),
        st.builds(Function, FUNCTIONS, st.lists(operand, min_size=1, max_size=2).map(tuple)),
    )

    def junctions(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, inner))

    return st.recursive(leaves, junctions, max_leaves=6)


def updates(names: st.SearchStrategy[Any], values: st.SearchStrategy[Any]) -> st.SearchStrategy[UpdateTree]:
    path, operand = paths(names), operands(names, values)
    sums = st.builds(Arithmetic, st.sampled_from("+-"), operand, operand)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "SET": st.builds(SetAction, path, st.one_of(operand, sums)),
        "REMOVE": st.builds(RemoveAction, path),
        "ADD": st.builds(ValueAction, path, values),
        "DELETE": st.builds(ValueAction, path, values),
    }
    sections = st.one_of(
        *(
            st.builds(Section, st.just(name), st.lists(actions, min_size=1, max_size=3).map(tuple))
            for name, actions in kinds.items()
        )
    )
    return st.lists(sections, min_size=1, max_size=3).map(lambda several: UpdateTree(tuple(several)))


def projections(names: st.SearchStrategy[Any]) -> st.SearchStrategy[ProjectionTree]:
    return st.lists(paths(names), min_size=1, max_size=4).map(lambda several: ProjectionTree(tuple(several)))


def trees(names: st.SearchStrategy[Any], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    return st.one_of(conditions(names, values), updates(names, values), projections(names))


PARSED_TREES = trees(st.one_of(BARE_NAMES, ALIASES), PLACEHOLDERS)
RESOLVED_TREES = trees(ANY_NAMES, LITERALS)


def language(tree: Tree) -> ExpressionName:
    if isinstance(tree, UpdateTree):
        return "UpdateExpression"
    return "ProjectionExpression" if isinstance(tree, ProjectionTree) else "FilterExpression"


@given(PARSED_TREES)
def test_parsing_what_was_rendered_gives_the_tree_back(tree: Tree) -> None:
    into = Placeholders()
    parsed = read(language(tree), render(tree, into))
    assert parsed.tree == tree
    assert hash(parsed.tree) == hash(tree)
    assert parsed.redundant is None
    assert not into.names
    assert not into.values


@given(RESOLVED_TREES, st.dictionaries(st.sampled_from(["#n0", "#n1", "#x"]), TEXTS))
def test_names_and_values_of_a_tree_come_back_and_the_callers_stay(tree: Tree, names: dict[str, str]) -> None:
    values = {":v0": {"S": "mine"}, ":v2": {"S": "mine too"}}
    into = Placeholders(names, values)
    text = render(tree, into)
    assert {**into.names, **names} == into.names
    assert {**into.values, **values} == into.values
    assert resolve(read(language(tree), text).tree, into.names, into.values) == tree


def request(tree: Tree) -> dict[str, Any]:
    if isinstance(tree, UpdateTree):
        return expression_params(update=tree)
    if isinstance(tree, ProjectionTree):
        return expression_params(projection=tree)
    return expression_params(filtered_by=tree)


def renamed(params: dict[str, Any], rename: Callable[[str], str]) -> dict[str, Any]:
    """The same request with other placeholders."""

    def in_text(text: str) -> str:
        return re.sub(r"[#:][nv][0-9]+\b", lambda match: rename(match[0]), text)

    return {
        key: in_text(value) if isinstance(value, str) else {rename(name): content for name, content in value.items()}
        for key, value in params.items()
    }


def shuffled(node: Any, random: Random) -> Any:
    """A tree that means the same: commutative parts in another order, comparisons turned round, negations doubled."""

    def mixed(several: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(several, len(several)))

    match node:
        case And(conditions=parts) | Or(conditions=parts):
            return type(node)(mixed(tuple(shuffled(part, random) for part in parts)))
        case Not(condition=condition):
            return Not(shuffled(condition, random))
        case Compare(operator=operator, left=left, right=right) if random.random() < 0.5:
            turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(operator, operator)
            return Not(Not(Compare(turned, right, left)))  # type: ignore[arg-type]  # comparators turned are comparators
        case In(operand=operand, choices=choices):
            return In(operand, mixed(choices))
        case UpdateTree(sections=sections):
            return UpdateTree(mixed(tuple(Section(section.name, mixed(section.actions)) for section in sections)))
        case ProjectionTree(paths=several):
            return ProjectionTree(mixed(several))
        case _:
            return node


def without_repeated_sections(tree: Tree) -> Tree:
    if not isinstance(tree, UpdateTree):
        return tree
    return UpdateTree(tuple({section.name: section for section in tree.sections}.values()))


@given(RESOLVED_TREES, st.randoms(use_true_random=False))
def test_the_canonical_form_knows_neither_placeholders_nor_order(tree: Tree, random: Random) -> None:
    tree = without_repeated_sections(tree)
    form = canonical_params("Scan", request(tree))
    assert not form.keys() & {"ExpressionAttributeNames", "ExpressionAttributeValues"}
    assert canonical_params("Scan", renamed(request(tree), lambda name: f"{name[0]}other_{name[1:]}")) == form
    assert canonical_params("Scan", request(shuffled(tree, random))) == form
    assert canonical_params("Scan", form) == form


@given(RESOLVED_TREES, RESOLVED_TREES)
def test_equal_canonical_forms_come_of_texts_that_mean_the_same(one: Tree, two: Tree) -> None:
    """A canonical clause spells its tree: forms are equal only where the unordered parts of the trees are."""
    one, two = without_repeated_sections(one), without_repeated_sections(two)
    equal = canonical_params("Scan", request(one)) == canonical_params("Scan", request(two))
    assert equal == (meaning(one) == meaning(two))


def meaning(node: Any) -> Any:  # noqa: C901, PLR0912  # one branch a node
    """What the canonical form stands for, by other means: nested tuples, bags for what has no order."""
    match node:
        case And(conditions=parts) | Or(conditions=parts):
            flat: list[Any] = []
            for part in map(meaning, parts):
                flat.extend(part[1] if part[0] == type(node).__name__ else [part])
            return (type(node).__name__, bag(flat))
        case Not(condition=Not(condition=inner)):
            return meaning(inner)
        case Not(condition=condition):
            inner = meaning(condition)
            return inner[1] if inner[0] == "Not" else ("Not", inner)
        case Compare(operator=operator, left=left, right=right):
            if operator in {"=", "<>"}:
                return (operator, bag([meaning(left), meaning(right)]))
            low, high = (left, right) if operator[0] == "<" else (right, left)
            return (operator.replace(">", "<"), meaning(low), meaning(high))
        case Between(operand=operand, low=low, high=high):
            return ("Between", meaning(operand), meaning(low), meaning(high))
        case In(operand=operand, choices=choices):
            return ("In", meaning(operand), bag(map(meaning, choices)))
        case Function(name=name, arguments=arguments):
            return ("Function", name, *map(meaning, arguments))
        case Arithmetic(operator="+", left=left, right=right):
            return ("+", bag([meaning(left), meaning(right)]))
        case Arithmetic(left=left, right=right):
            return ("-", meaning(left), meaning(right))
        case Literal(wire=wire):
            return ("Literal", repr(in_order(canonical_value(wire))))
        case UpdateTree(sections=sections):
            return bag((section.name, meaning(action)) for section in sections for action in section.actions)
        case ProjectionTree(paths=several):
            return bag(map(meaning, several))
        case SetAction(path=path, value=value) | ValueAction(path=path, value=value):
            return ("Action", meaning(path), meaning(value))
        case _:
            return (type(node).__name__, repr(node))


def bag(parts: Any) -> list[Any]:
    return sorted(parts, key=repr)


def in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(member) for member in value] if isinstance(value, list) else value


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(TEXTS, st.sampled_from(["S", "N", "M", "L", "NS", "Put", "Value"])), inner, max_size=3
        ),
    ),
    max_leaves=10,
)
MEMBERS = st.sampled_from(
    [
        *("Item", "Key", "Keys", "Expected", "KeyConditions", "AttributeUpdates", "AttributesToGet", "TransactItems"),
        *("RequestItems", "Statements", "Parameters", "ConditionExpression", "FilterExpression", "UpdateExpression"),
        *("ExpressionAttributeNames", "ExpressionAttributeValues", "ConditionalOperator", "QueryFilter"),
    ]
)


@given(st.dictionaries(MEMBERS, st.one_of(JSON, st.just("a = :a AND #b = :b"))), JSON)
def test_no_json_makes_the_canonical_form_fail(params: dict[str, Any], anything: Any) -> None:
    before = repr(params)
    form = canonical_params("Query", params)
    assert form.keys() >= params.keys() - {
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
        "ConditionalOperator",
    }
    assert repr(params) == before
    canonical_params("Query", anything)
