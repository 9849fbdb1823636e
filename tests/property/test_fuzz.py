"""Whatever text comes, what comes back is a tree or an error in DynamoDB's words.

``PYTEST_DYNAMODB_FUZZ=50000 pytest tests/property/test_fuzz.py`` looks longer than the default does.
"""

from __future__ import annotations

import os
from random import Random
from typing import Any, get_args

from pytest_dynamodb.expressions import ExpressionError, canonical_params, compile_expression, key_clauses
from pytest_dynamodb.expressions.parser import ExpressionName, parse

MUTATIONS = int(os.environ.get("PYTEST_DYNAMODB_FUZZ", "2500"))
"""How many texts are tried."""

SEEDS: list[tuple[str, str]] = [
    ("Condition", "attribute_exists(pk) AND #s IN (:a, :b) AND (amount > :t OR size(tags) < :n) AND v = :v"),
    ("KeyCondition", "begins_with(#s, :p) AND pk = :k"),
    ("Filter", "NOT (a.b[2] BETWEEN :l AND :h) OR contains(x, :t)"),
    ("Filter", "((#n0 = :v0 AND #n1 = :v1) AND (NOT contains(#n2, :v2)))"),
    ("Condition", "(a.b).c = (:v)"),
    ("Update", "SET f = :a, b.c = if_not_exists(b.c, :n) + :n, g = list_append(g, h) REMOVE d[0] ADD n :n DELETE s :s"),
    ("Update", "SET #a = (#b - :n)"),
    ("Update", "ADD n :n"),
    ("Projection", "id, #n, a[0].b, a[1].c"),
]
PIECES = [
    *("(", ")", "((", "))", "[", "]", "[0]", ".", ",", ":", "#", ":a", "#a", "=", "<>", "<=", "<", ">", "+", "-", " "),
    *(" AND ", " OR ", " NOT ", " BETWEEN ", " IN ", "SET ", "REMOVE ", "ADD ", "DELETE ", "size(", "contains("),
    *("a", "total", "_", "0", "9" * 40, "é", "\U0001f600", "\x00", "\n", '"', "'", "NOT " * 40, "(" * 60, "\ud800"),
]
VALUES: dict[str, Any] = {
    **{f":{name}": {"S": name} for name in ("a", "b", "k", "p", "v", "v0", "v1", "v2")},
    **{f":{name}": {"N": "1"} for name in ("t", "n", "l", "h")},
    ":s": {"SS": ["a"]},
}
NAMES = {f"#{name}": name for name in ("s", "a", "b", "n", "n0", "n1", "n2")}
EXPRESSIONS: tuple[ExpressionName, ...] = get_args(ExpressionName)


def mutated(random: Random) -> tuple[ExpressionName, str]:
    kind, text = random.choice(SEEDS)
    for _ in range(random.choice([0, 1, 1, 2, 3, 6])):
        at = random.randint(0, len(text))
        match random.randrange(5):
            case 0:
                text = text[:at] + random.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[at + random.randint(1, 8) :]
            case 2:
                text = text[:at] + random.choice(SEEDS)[1][random.randint(0, 30) :]
            case 3:
                text = text[:at] + chr(random.randrange(0x250)) + text[at + 1 :]
            case _:
                text = text[:at] + text[at : at + 20] * random.randint(2, 40) + text[at:]
    other = random.choice(EXPRESSIONS)
    return (other if random.random() < 0.1 else next(name for name in EXPRESSIONS if name.startswith(kind))), text


def test_every_mutation_ends_in_a_tree_or_in_an_error_of_dynamodbs() -> None:
    random = Random(20261122)
    trees = errors = 0
    for _ in range(MUTATIONS):
        expression, text = mutated(random)
        canonical_params(
            "Query", {expression: text, "ExpressionAttributeNames": NAMES, "ExpressionAttributeValues": VALUES}
        )
        try:
            parse(expression, text)
            tree = compile_expression(expression, text, NAMES, VALUES)
            if expression == "KeyConditionExpression":
                key_clauses(tree)  # type: ignore[arg-type]  # a key condition's tree is a condition
            trees += 1
        except ExpressionError as problem:
            errors += bool(problem.message and problem.render("newer"))
    assert trees > MUTATIONS / 10, "mutations are too wild to reach what is behind the parser"
    assert errors > MUTATIONS / 10
    assert trees + errors == MUTATIONS
