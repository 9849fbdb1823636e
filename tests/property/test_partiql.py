"""Laws of PartiQL: no text is a crash; WHERE means what filters mean; pages are the whole; literals come back."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine_requests import ask, n, s, table
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.values import canonical_number

OPERATIONS = {
    "ExecuteStatement": None,
    "BatchExecuteStatement": "Statements",
    "ExecuteTransaction": "TransactStatements",
}

WORDS = """
    SELECT INSERT UPDATE DELETE FROM INTO VALUE SET REMOVE WHERE ORDER BY ASC DESC RETURNING ALL MODIFIED OLD NEW AND OR
    NOT IN BETWEEN IS LIKE NULL MISSING TRUE FALSE EXISTS LIMIT AS a b pk sk t inner size( contains( set_add( COUNT(
    list_append( attribute_exists( attribute_type( begins_with( * , . ; ? ( ) [ ] { } << >> : = <> < <= > >= + - / ||
    'x' 'pk' "t" "i" 1 -1 1e400 1e99999999999 .5 # -- /* */
    """.split()  # noqa: SIM905  # words read better as words


def engine_with_items() -> Engine:
    engine = Engine()
    table(engine, "t")
    for pk in "ab":
        for sk in "1234":
            item = {"pk": s(pk), "sk": s(sk), "x": n(int(sk) % 3), "y": s(pk + sk)}
            if sk != "2":
                item["z"] = {"L": [n(sk)]}
            ask(engine, "PutItem", TableName="t", Item=item)
    return engine


STOCKED = engine_with_items()


def requests(statement: str, parameters: list[Any]) -> list[Request]:
    """The three requests that can hold a statement."""
    member: Any = {"Statement": statement, **({"Parameters": parameters} if parameters else {})}
    return [
        Request(operation, member if within is None else {within: [member]}) for operation, within in OPERATIONS.items()
    ]


VALUES = st.sampled_from([s("a"), n(1), n("1e400"), n("x"), {"BOOL": True}, {"SS": ["a"]}, {"L": []}, {"M": {}}, {}])


@given(
    statement=st.one_of(st.text(min_size=1), st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(" ".join)),
    start=st.sampled_from(
        ["", 'SELECT * FROM "t" WHERE pk = ', "SELECT a FROM t WHERE ", "UPDATE t SET a = ", "INSERT INTO t VALUE {"]
    ),
    parameters=st.lists(VALUES, max_size=2),
)
def test_no_statement_is_more_than_an_error(statement: str, start: str, parameters: list[Any]) -> None:
    twin = STOCKED.fork()
    for request in requests(start + statement, parameters):
        answer = twin.answer(request)
        assert answer.status in {200, 400}


# --- WHERE -----------------------------------------------------------------------------------------------------------

LEAVES = st.sampled_from(
    [
        # a condition as PartiQL and as an expression; the values are fixed, so one pair of maps serves all
        ("pk = 'a'", "pk = :a"),
        ("pk IN ['a', 'b']", "pk IN (:a, :b)"),
        ("'b' = pk", ":b = pk"),
        ("pk > 'a'", "pk > :a"),
        ("sk = '1'", "sk = :1"),
        ("sk > '2'", "sk > :2"),
        ("'2' >= sk", ":2 >= sk"),
        ("sk IN ['1', '3']", "sk IN (:1, :3)"),
        ("sk BETWEEN '2' AND '3'", "sk BETWEEN :2 AND :3"),
        ("begins_with(sk, '2')", "begins_with(sk, :2)"),
        ("sk <> '1'", "sk <> :1"),
        ("x = 1", "x = :n"),
        ("x != 1", "x <> :n"),
        ("z IS MISSING", "attribute_not_exists(z)"),
        ("z[0] = 1", "z[0] = :n"),
        ("size(y) < 1", "size(y) < :n"),
        ("contains(y, 'a')", "contains(y, :a)"),
        ("attribute_type(y, 'S')", "attribute_type(y, :S)"),
    ]
)
VALUES_BY_NAME = {":a": s("a"), ":b": s("b"), ":1": s("1"), ":2": s("2"), ":3": s("3"), ":n": n(1), ":S": s("S")}


def _joined(word: str) -> Any:
    return lambda parts: tuple("(" + f") {word} (".join(side) + ")" for side in zip(*parts, strict=True))


CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(_joined("AND")),
        st.lists(inner, min_size=2, max_size=3).map(_joined("OR")),
        inner.map(lambda pair: tuple(f"NOT ({side})" for side in pair)),
    ),
    max_leaves=8,
)

# What AWS refuses rather than to read: see the unit tests.
REFUSED = ("Overlapping conditions", "Too many decomposed")


@given(condition=CONDITIONS, limit=st.integers(1, 9))
def test_where_keeps_what_the_same_filter_keeps_page_by_page(condition: tuple[str, str], limit: int) -> None:
    partiql, expression = condition
    used = {name: value for name, value in VALUES_BY_NAME.items() if name in expression}
    scan: Any = {"FilterExpression": expression}
    if used:
        scan["ExpressionAttributeValues"] = used
    expected = sorted(item["y"]["S"] for item in ask(STOCKED, "Scan", TableName="t", **scan)["Items"])

    request: Any = {"Statement": f'SELECT y FROM "t" WHERE {partiql}'}
    body: Any = STOCKED.answer(Request("ExecuteStatement", request)).body
    if "Items" not in body:
        assert body["message"].startswith(REFUSED)
        return
    whole = [item["y"]["S"] for item in body["Items"]]
    assert sorted(whole) == expected

    paged: list[str] = []
    token: str | None = None
    while True:
        page = ask(STOCKED, "ExecuteStatement", **request, Limit=limit, **({"NextToken": token} if token else {}))
        paged += [item["y"]["S"] for item in page["Items"]]
        token = page.get("NextToken")
        if token is None:
            break
    assert paged == whole


# --- literals --------------------------------------------------------------------------------------------------------

NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.tuples(st.integers(-999, 999), st.integers(-60, 60)).map(lambda parts: f"{parts[0]}e{parts[1]}"),
    st.tuples(st.integers(0, 999), st.integers(0, 999)).map(lambda parts: f"-{parts[0]}.{parts[1]}"),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.one_of(
    TEXTS.map(lambda text: ("'" + text.replace("'", "''") + "'", {"S": text})),
    NUMBERS.map(lambda text: (text, {"N": canonical_number(text)})),
    st.booleans().map(lambda flag: (str(flag).upper(), {"BOOL": flag})),
    st.just(("null", {"NULL": True})),
    st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(
        lambda texts: ("<<" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + ">>", {"SS": texts})
    ),
)


def _list(members: list[tuple[str, Any]]) -> tuple[str, Any]:
    return "[" + ", ".join(text for text, _ in members) + "]", {"L": [value for _, value in members]}


def _struct(members: dict[str, tuple[str, Any]]) -> tuple[str, Any]:
    texts = ["'" + name.replace("'", "''") + "': " + text for name, (text, _) in members.items()]
    return "{" + ", ".join(texts) + "}", {"M": {name: value for name, (_, value) in members.items()}}


LITERALS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(_list),
        st.dictionaries(TEXTS.filter(bool), inner, max_size=3).map(_struct),
    ),
    max_leaves=6,
)


@given(literal=LITERALS)
def test_a_literal_is_stored_as_what_it_says_and_found_again(literal: tuple[str, Any]) -> None:
    text, value = literal
    engine = Engine()
    table(engine, "t", keys="pk")
    ask(engine, "ExecuteStatement", Statement=f"INSERT INTO t VALUE {{'pk': 'a', 'v': {text}}}")
    statement = f"SELECT v FROM t WHERE pk = 'a' AND v = {text}"
    (found,) = ask(engine, "ExecuteStatement", Statement=statement)["Items"]
    assert found == {"v": value}
