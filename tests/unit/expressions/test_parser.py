"""Text to tree, and DynamoDB's syntax errors."""

from __future__ import annotations

import pickle

import pytest

from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import ExpressionError, parse, parse_condition, parse_projection, parse_update
from pytest_dynamodb.expressions.nodes import (
    Alias,
    And,
    Arithmetic,
    Between,
    Compare,
    Function,
    In,
    ListIndex,
    Name,
    Not,
    Or,
    Path,
    Placeholder,
    RemoveAction,
    Section,
    SetAction,
    UpdateTree,
    ValueAction,
)
from pytest_dynamodb.expressions.parser import ExpressionName


def path(name: str) -> Path:
    return Path((Name(name),))


A_IS_V = Compare("=", path("a"), Placeholder(":v"))
B_IS_W = Compare("=", path("b"), Placeholder(":w"))
C_EXISTS = Function("attribute_exists", (path("c"),))


class TestConditions:
    @pytest.mark.parametrize("operator", ["=", "<>", "<", "<=", ">", ">="])
    def test_comparisons_need_no_spaces(self, operator: str) -> None:
        assert parse_condition(f"a{operator}:v") == parse_condition(f"a {operator} :v")

    def test_paths_hold_names_aliases_and_indexes(self) -> None:
        tree = parse_condition("a.#b[2][3].c_1 = :v")
        assert tree == Compare(
            "=", Path((Name("a"), Alias("#b"), ListIndex(2), ListIndex(3), Name("c_1"))), Placeholder(":v")
        )

    def test_between_and_in_and_functions(self) -> None:
        low, high = Placeholder(":l"), Placeholder(":h")
        assert parse_condition("a BETWEEN :l AND :h") == Between(path("a"), low, high)
        assert parse_condition("a IN (:l, :h)") == In(path("a"), (low, high))
        assert parse_condition("size(a) > :l") == Compare(">", Function("size", (path("a"),)), low)

    def test_keywords_may_be_written_in_any_case(self) -> None:
        upper = parse_condition("NOT a = :v AND b = :w OR a BETWEEN :v AND :w OR a IN (:v)")
        assert parse_condition("not a = :v and b = :w Or a between :v and :w or a In (:v)") == upper

    def test_and_binds_tighter_than_or_and_not_tighter_than_both(self) -> None:
        assert parse_condition("NOT a = :v AND b = :w OR attribute_exists(c)") == Or(
            (And((Not(A_IS_V), B_IS_W)), C_EXISTS)
        )

    def test_parentheses_group(self) -> None:
        assert parse_condition("a = :v AND (b = :w OR attribute_exists(c))") == And((A_IS_V, Or((B_IS_W, C_EXISTS))))
        assert parse_condition("NOT (a = :v AND b = :w)") == Not(And((A_IS_V, B_IS_W)))

    def test_a_chain_is_one_node_however_it_is_grouped(self) -> None:
        flat = parse_condition("a = :v AND b = :w AND attribute_exists(c)")
        assert flat == And((A_IS_V, B_IS_W, C_EXISTS))
        assert parse_condition("(a = :v AND b = :w) AND attribute_exists(c)") == flat
        assert parse_condition("a = :v AND (b = :w AND attribute_exists(c))") == flat

    @pytest.mark.parametrize(
        ("grouped", "plain"),
        [
            ("(a = :v)", "a = :v"),
            ("(a) = (:v)", "a = :v"),
            ("(a.b).c = :v", "a.b.c = :v"),
            ("((a).b) = :v", "a.b = :v"),
            ("(size(a)) > :v", "size(a) > :v"),
            ("(a)between(b.c[45].#d)and(:a)", "a BETWEEN b.c[45].#d AND :a"),
            ("NOT (a) = :v", "NOT a = :v"),
            ("((a = :v) AND b = :w)", "a = :v AND b = :w"),
            ("(NOT (NOT attribute_exists(c)))", "NOT NOT attribute_exists(c)"),
        ],
    )
    def test_parentheses_round_operands_and_conditions_leave_no_trace(self, grouped: str, plain: str) -> None:
        assert parse_condition(grouped) == parse_condition(plain)

    # dynalite's suite, redundant parentheses; the last two by the same rule
    @pytest.mark.parametrize(
        "text",
        [
            "a=a and a > ((views))",
            "(a)between(((b.c)).d)and(c)",
            "a > whatever((:things), ((a)))",
            "a=a AND ((a=a AND a=a)) AND a=a",
            "a=a OR ((a=a OR a=a)) OR a=a",
            "a=a AND ((a=a AND (a=a AND a=a)))",
            "((a)) = b",
            "NOT ((size(a) > :v))",
        ],
    )
    def test_parentheses_directly_round_parentheses_are_redundant(self, text: str) -> None:
        with pytest.raises(ExpressionError) as caught:
            parse_condition(text, expression="FilterExpression")
        assert caught.value.message == "Invalid FilterExpression: The expression has redundant parentheses;"
        assert caught.value.position is not None
        assert text[caught.value.position] == "("

    def test_boto3s_pair_of_parentheses_per_and_does_not_nest_the_tree(self) -> None:
        tree = parse_condition("(" * 149 + "a = :v" + " AND b = :w)" * 149)
        assert isinstance(tree, And)
        assert (len(tree.conditions), tree.depth) == (150, 1)


class TestUpdates:
    def test_sections_and_actions_stay_in_order(self) -> None:
        tree = parse_update("REMOVE a, b[1] set c = :v ADD d :v delete e :v")
        assert tree == UpdateTree(
            (
                Section("REMOVE", (RemoveAction(path("a")), RemoveAction(Path((Name("b"), ListIndex(1)))))),
                Section("SET", (SetAction(path("c"), Placeholder(":v")),)),
                Section("ADD", (ValueAction(path("d"), Placeholder(":v")),)),
                Section("DELETE", (ValueAction(path("e"), Placeholder(":v")),)),
            )
        )

    @pytest.mark.parametrize("text", ["SET a = b + :v", "SET a = (b + :v)", "SET a = (b) + (:v)", "SET a=((b)+(:v))"])
    def test_sums_may_stand_in_parentheses(self, text: str) -> None:
        (action,) = parse_update(text).actions
        assert action == SetAction(path("a"), Arithmetic("+", path("b"), Placeholder(":v")))

    def test_functions_nest(self) -> None:
        (action,) = parse_update("SET a = list_append(if_not_exists(a, :e), :v)").actions
        default = Function("if_not_exists", (path("a"), Placeholder(":e")))
        assert action == SetAction(path("a"), Function("list_append", (default, Placeholder(":v"))))

    def test_words_of_conditions_are_names_here(self) -> None:
        assert list(parse_update("REMOVE between").actions) == [RemoveAction(path("between"))]


class TestProjections:
    def test_paths_stay_in_order(self) -> None:
        assert parse_projection("b, a.c[0],#d").paths == (
            path("b"),
            Path((Name("a"), Name("c"), ListIndex(0))),
            Path((Alias("#d"),)),
        )


# Messages seen of AWS: dynamodb-conformance (error-messages/updateItem, getItem, transactWriteItems), issue reports.
CAPTURED: list[tuple[ExpressionName, str, str, str]] = [
    ("UpdateExpression", "INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
    ("UpdateExpression", "SET path = VALUE 1", "1", "VALUE 1"),
    ("UpdateExpression", "ADD hits : incr", ":", "hits : incr"),
    ("UpdateExpression", "ADD  SET #createdAt = :a", "SET", "ADD  SET #createdAt"),
    ("UpdateExpression", 'SET NewAttr = {"NULL": true}', "{", '= {"'),
    ("UpdateExpression", "SET a = :v,", "<EOF>", ","),
    ("UpdateExpression", "SET a =REMOVE :vals", "REMOVE", "=REMOVE :vals"),
    ("ProjectionExpression", "!!invalid", "!", "!!"),
    ("ConditionExpression", "attribute_not_exists(", "<EOF>", "("),
    ("ConditionExpression", "foo", "<EOF>", "foo"),
    ("FilterExpression", "contains (themes, :theme", "<EOF>", ":theme"),
]


class TestSyntaxErrors:
    @pytest.mark.parametrize(("expression", "text", "token", "near"), CAPTURED)
    def test_token_and_its_neighbours_are_named_as_dynamodb_names_them(
        self, expression: ExpressionName, text: str, token: str, near: str
    ) -> None:
        with pytest.raises(ExpressionError) as caught:
            parse(expression, text)
        assert caught.value.message == f'Invalid {expression}: Syntax error; token: "{token}", near: "{near}"'
        assert (caught.value.kind, caught.value.token, caught.value.expression) == ("syntax", token, expression)

    # dynalite's suite: syntax errors at AWS, by kind of expression
    @pytest.mark.parametrize(
        "text",
        [
            *(
                "things are not gonna be ok",
                "a > 4",
                "attribute_exists(Pictures-RearView)",
                "attribute_exists(asdf[a])",
            ),
            *('attribute_exists("Pictures.RearView")', "attribute_exists(Pictures..RearView)", "a in b, c", "a in b"),
            *("attribute_exists(Pi#ctures.RearView)", "a > between", "a in (b,c,)", "(a)between(b.(c.d))and(c)"),
            *("(a)between(b.c.d)and((c)", "#$.b > a", "a > :things.stuff", "b[:a] > a", "b[#_] > a", "ü > a"),
            *("(a)between(b.c[4.5].#d)and(:a)", "size(a).b > a", "(size(a)).b > a", "size(a)[0] > a"),
            *("(size(a))[0] > a", "(a", "a)", "(a)", "NOT", "(NOT a)", "((a AND b = c))", "(a = b) = c", "a = b c = d"),
            *("a = b AND", "a.= b", "a[] = b", "_a = b", "AND", "()", "a BETWEEN b", "a BETWEEN b OR c"),
        ],
    )
    def test_what_is_no_condition_is_a_syntax_error(self, text: str) -> None:
        with pytest.raises(ExpressionError) as caught:
            parse_condition(text)
        assert caught.value.kind == "syntax"

    @pytest.mark.parametrize(
        "text",
        [
            *("set a", "add a", "delete a", "set a=set", "remove a = b", "add a = b", "delete a = b", "delete a b"),
            *(
                "delete a if_not_exist(b)",
                "add abort b",
                "add a if_not_exist(b)",
                "remove a b",
                "set a b",
                "set :a = b",
            ),
            *("add :a b", "delete :a b", "remove :a", "set a = b / c", "set a = b * c", 'set a[1] = "eight"'),
            *("set a[1] = 1", "SET a = if_not_exist(a, 100)", "SET if_not_exist(a, b) = a", "set (a = (b + c))"),
            *("set a = (b.c).d + e", "set a = (b.c)[0] + e", "set a = b + c + d", "set a = (b + c) + d", "a = b"),
        ],
    )
    def test_what_is_no_update_is_a_syntax_error(self, text: str) -> None:
        with pytest.raises(ExpressionError) as caught:
            parse_update(text)
        assert caught.value.kind == "syntax"

    @pytest.mark.parametrize(
        "text", ["whatever(stuff)", ":a", "abort,", "a,,b", "a..b", "a[b]", "(a.b).c", "(a)", "(a),(b)", "(a,b)", "a-b"]
    )
    def test_what_is_no_projection_is_a_syntax_error(self, text: str) -> None:
        with pytest.raises(ExpressionError) as caught:
            parse_projection(text)
        assert caught.value.kind == "syntax"

    def test_the_position_is_where_the_token_begins(self) -> None:
        with pytest.raises(ExpressionError) as caught:
            parse_condition("a =  4")
        assert caught.value.position == 5

    @pytest.mark.parametrize("text", ["", " ", "\n\t"])
    def test_an_empty_text_has_a_message_of_its_own(self, text: str) -> None:
        with pytest.raises(ExpressionError, match=r"^Invalid UpdateExpression: The expression can not be empty;$"):
            parse_update(text)

    def test_an_error_is_dynamodbs_validation_exception_and_survives_pickling(self) -> None:
        with pytest.raises(ValidationException) as caught:
            parse_condition("a =")
        copy = pickle.loads(pickle.dumps(caught.value))
        assert isinstance(copy, ExpressionError)
        assert (str(copy), copy.kind, copy.position) == (str(caught.value), "syntax", 3)


class TestLimits:
    def test_4096_bytes_are_parsed_and_4097_are_not(self) -> None:
        name = "a" * (4096 - len("attribute_exists()"))
        assert parse_condition(f"attribute_exists({name})")
        with pytest.raises(ExpressionError) as caught:
            parse_condition(f"attribute_exists({name}a)")
        assert caught.value.message == (
            "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4097"
        )

    def test_size_is_checked_in_bytes_and_before_syntax(self) -> None:
        with pytest.raises(ExpressionError, match=r"expression size: 4098$"):
            parse_condition("ü" * 2049)

    def test_only_conditions_say_how_long_they_are(self) -> None:
        """extenddb, test_expression_size_limit: seen on AWS."""
        with pytest.raises(ExpressionError) as caught:
            parse_projection("a" * 4097)
        expected = "Invalid ProjectionExpression: Expression size has exceeded the maximum allowed size;"
        assert caught.value.message == expected

    def test_300_operators_are_taken_and_301_are_not(self) -> None:
        terms = " OR ".join(["a=:v"] * 150)  # 150 comparisons and 149 ORs
        assert parse_condition(f"NOT {terms}")
        with pytest.raises(ExpressionError) as caught:
            parse_condition(f"NOT NOT {terms}")
        assert caught.value.message == (
            "Invalid ConditionExpression: The expression contains too many operators; operator count: 301"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "(" * 4096,
            "(" * 2000 + "a = b" + ")" * 2000,
            "NOT " * 1000 + "a = b",
            "size(" * 800 + "a" + ")" * 800 + " > b",
            "a = " + "(" * 2000 + "b" + ")" * 2000,
            "(" * 200 + "a = b" + " AND c = d) OR e = f)" * 100 + " AND c = d",
        ],
    )
    def test_no_nesting_is_a_recursion_error(self, text: str) -> None:
        with pytest.raises(ExpressionError):
            parse_condition(text)
