"""The parser: from an expression's text to its tree, by syntax alone.

What names and values stand for, and whether they make sense, is checked later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias, cast
from typing import Literal as Choice

from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.tokens import (
    ALIAS,
    CONDITION_WORDS,
    END,
    NAME,
    NUMBER,
    PROJECTION_WORDS,
    UPDATE_WORDS,
    VALUE,
    Tokens,
)

# --- operands ---
# One method a production, whose docstring is that production. Sources: developer guide, "Document paths", "Comparison
# operator and function reference"; where those are silent on parentheses, the cases of dynalite's suite, which ran
# against AWS.

MAX_OPERAND_NESTING: Final = 32
"""Functions and parentheses within one operand. Ours: each level is a few Python calls."""


class OperandGrammar:
    """The productions that conditions and updates share."""

    nesting: int
    tail_taken: bool

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.redundant: int | None = None
        self.operators = 0
        self.nesting = 0
        self.tail_taken = False

    def operand(self) -> nodes.Operand:
        """operand := function | path | value"""
        tokens = self.tokens
        if tokens.kind == VALUE:
            return nodes.Placeholder(tokens.take())
        if tokens.kind == NAME and tokens.next_kind == "(":
            return self.function()
        return self.path()

    def function(self) -> nodes.Function:
        """function := name arguments"""
        tokens = self.tokens
        name = tokens.take()
        self.enter()
        arguments = self.arguments()
        self.nesting -= 1
        return nodes.Function(name, arguments)

    def arguments(self) -> tuple[nodes.Operand, ...]:
        """arguments := "(" argument ("," argument)* ")"; IN's list is one too"""
        tokens = self.tokens
        tokens.expect("(")
        arguments = [self.argument()]
        while tokens.kind == ",":
            tokens.take()
            arguments.append(self.argument())
        tokens.expect(")")
        return tuple(arguments)

    def argument(self) -> nodes.Operand:
        """argument := operand | grouped-operand"""
        return self.grouped_operand() if self.tokens.kind == "(" else self.operand()

    def grouped_operand(self) -> nodes.Operand:
        """grouped-operand := "(" argument ")" path-tail   (a tail only after a path)"""
        tokens = self.tokens
        position = tokens.position
        tokens.take()
        self.enter()
        twice = tokens.kind == "("
        node = self.argument()
        # `((a).b)` is fine, `((a))` is not: what stood in the inner parentheses must have been all there is.
        closed_at_once = tokens.kind == ")" and twice and not self.tail_taken
        tokens.expect(")")
        self.nesting -= 1
        if closed_at_once:
            self.note_redundant(position)
        return self.path_tail(node)

    def path_tail(self, node: nodes.Operand) -> nodes.Operand:
        """path-tail := ("." (name | alias) | "[" number "]")*"""
        self.tail_taken = False
        if isinstance(node, nodes.Path) and self.tokens.kind in {".", "["}:
            node = nodes.Path(node.parts + self.path_parts())
            self.tail_taken = True
        return node

    def path(self) -> nodes.Path:
        """path := (name | alias) path-tail"""
        parts = (self.path_name(),)
        if self.tokens.kind in {".", "["}:
            return nodes.Path((*parts, *self.path_parts()))
        return nodes.Path(parts)

    def path_parts(self) -> tuple[nodes.PathPart, ...]:
        """path-parts := ("." (name | alias) | "[" number "]")+"""
        tokens = self.tokens
        parts: list[nodes.PathPart] = []
        while True:
            if tokens.kind == ".":
                tokens.take()
                parts.append(self.path_name())
            elif tokens.kind == "[":
                tokens.take()
                parts.append(nodes.ListIndex(int(tokens.expect(NUMBER))))
                tokens.expect("]")
            else:
                return tuple(parts)

    def path_name(self) -> nodes.Name | nodes.Alias:
        """path-name := name | alias"""
        tokens = self.tokens
        if tokens.kind == NAME:
            return nodes.Name(tokens.take())
        return nodes.Alias(tokens.expect(ALIAS))

    def enter(self) -> None:
        """One level deeper into an operand; raises ``ExpressionError`` past the limit."""
        self.nesting += 1
        if self.nesting > MAX_OPERAND_NESTING:
            raise ExpressionError("nesting", position=self.tokens.position, maximum=MAX_OPERAND_NESTING)

    def note_redundant(self, position: int) -> None:
        """Parentheses directly round parentheses: an error, but only once the whole text has proved to be one."""
        if self.redundant is None:
            self.redundant = position


# --- conditions ---
# Source: developer guide, "Comparison operator and function reference".

_COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})


class _Group:
    """Parentheses being read, or the whole text: its OR terms, the AND factors of the last one, NOTs still to apply."""

    __slots__ = ("factors", "negations", "position", "terms")

    def __init__(self, position: int) -> None:
        self.position = position
        self.terms: list[nodes.ConditionTree] = []
        self.factors: list[nodes.ConditionTree] = []
        self.negations = 0

    @property
    def is_bare(self) -> bool:
        return not (self.terms or self.factors or self.negations)

    def add(self, condition: nodes.ConditionTree) -> None:
        for _ in range(self.negations):
            condition = nodes.Not(condition)
        self.negations = 0
        self.factors.append(condition)

    def end_term(self) -> None:
        self.terms.append(self.factors[0] if len(self.factors) == 1 else nodes.And(tuple(self.factors)))
        self.factors = []

    def close(self) -> nodes.ConditionTree:
        self.end_term()
        return self.terms[0] if len(self.terms) == 1 else nodes.Or(tuple(self.terms))


class ConditionGrammar(OperandGrammar):
    """Conditions, filters, key conditions."""

    def condition(self) -> nodes.ConditionTree:
        """Read a whole text::

            condition := term ("OR" term)*
            term      := factor ("AND" factor)*
            factor    := "NOT"* (comparison | function | "(" condition ")")

        An explicit stack of groups instead of a method each: boto3 opens a parenthesis per ``&``, up to 300 of them.
        What stands in parentheses may turn out to be an operand, ``(a) = b``; only the closing one tells.
        """
        tokens, groups = self.tokens, [_Group(0)]
        while True:
            self.openings(groups)
            node = self.closings(self.comparison(self.operand()), groups)
            if isinstance(node, (nodes.Path, nodes.Placeholder)):
                tokens.fail()
            groups[-1].add(cast("nodes.ConditionTree", node))
            if tokens.kind == "OR":
                groups[-1].end_term()
            elif tokens.kind != "AND":
                break
            tokens.take()
            self.operators += 1
        if tokens.kind != END or len(groups) > 1:
            tokens.fail()
        return groups[0].close()

    def openings(self, groups: list[_Group]) -> None:
        """openings := ("NOT" | "(")*"""
        tokens = self.tokens
        while tokens.kind in {"NOT", "("}:
            if tokens.kind == "(":
                groups.append(_Group(tokens.position))
            else:
                groups[-1].negations += 1
                self.operators += 1
            tokens.take()

    def closings(
        self, node: nodes.Operand | nodes.ConditionTree, groups: list[_Group]
    ) -> nodes.Operand | nodes.ConditionTree:
        """closings := (")" path-tail comparison-tail)*"""
        tokens = self.tokens
        in_parentheses = False
        while tokens.kind == ")" and len(groups) > 1:
            group = groups[-1]
            is_operand = isinstance(node, (nodes.Path, nodes.Placeholder, nodes.Function))
            if not group.is_bare or not is_operand:
                if isinstance(node, (nodes.Path, nodes.Placeholder)):
                    tokens.fail()
                if group.is_bare and in_parentheses:
                    self.note_redundant(group.position)
                group.add(cast("nodes.ConditionTree", node))
                node = group.close()
            elif in_parentheses:
                self.note_redundant(group.position)
            groups.pop()
            tokens.take()
            in_parentheses = True
            if is_operand and group.is_bare:
                before = node
                node = self.comparison(self.path_tail(cast("nodes.Operand", node)))
                in_parentheses = node is before
        return node

    def comparison(self, left: nodes.Operand) -> nodes.Operand | nodes.ConditionTree:
        """comparison-tail := comparator argument | "BETWEEN" argument "AND" argument | "IN" arguments | nothing"""
        tokens = self.tokens
        kind = tokens.kind
        if kind in _COMPARATORS:
            tokens.take()
            self.operators += 1
            return nodes.Compare(cast("nodes.Comparator", kind), left, self.argument())
        if kind == "BETWEEN":
            tokens.take()
            self.operators += 1
            low = self.argument()
            tokens.expect("AND")
            return nodes.Between(left, low, self.argument())
        if kind == "IN":
            tokens.take()
            self.operators += 1
            return nodes.In(left, self.arguments())
        return left


# --- updates and projections ---
# Sources: developer guide, "Update expressions", "Projection expressions".


class UpdateGrammar(OperandGrammar):
    """Update expressions."""

    def update(self) -> nodes.UpdateTree:
        """update := section+"""
        sections = [self.section()]
        while self.tokens.kind != END:
            sections.append(self.section())
        return nodes.UpdateTree(tuple(sections))

    def section(self) -> nodes.Section:
        """section := ("SET" | "REMOVE" | "ADD" | "DELETE") action ("," action)*"""
        tokens = self.tokens
        name = tokens.kind
        if name not in UPDATE_WORDS:
            tokens.fail()
        tokens.take()
        action = self._actions[name]
        actions = [action(self)]
        while tokens.kind == ",":
            tokens.take()
            actions.append(action(self))
        return nodes.Section(cast("nodes.SectionName", name), tuple(actions))

    def set_action(self) -> nodes.SetAction:
        """set-action := path "=" set-value"""
        path = self.path()
        self.tokens.expect("=")
        return nodes.SetAction(path, self.set_value())

    def remove_action(self) -> nodes.RemoveAction:
        """remove-action := path"""
        return nodes.RemoveAction(self.path())

    def value_action(self) -> nodes.ValueAction:
        """value-action := path value   (of ADD and DELETE)"""
        path = self.path()
        return nodes.ValueAction(path, nodes.Placeholder(self.tokens.expect(VALUE)))

    def set_value(self) -> nodes.SetValue:
        """set-value := "(" sum ")" | sum"""
        if self.tokens.kind != "(":
            return self.sum(self.operand())
        position = self.tokens.position
        self.tokens.take()
        twice = self.tokens.kind == "("
        value = self.sum(self.argument())
        self.tokens.expect(")")
        if isinstance(value, nodes.Arithmetic):
            return value
        if twice:
            self.note_redundant(position)
        return self.sum(value)

    def sum(self, left: nodes.Operand) -> nodes.SetValue:
        """sum := argument (("+" | "-") argument)?"""
        kind = self.tokens.kind
        if kind not in {"+", "-"}:
            return left
        self.tokens.take()
        self.operators += 1
        return nodes.Arithmetic("+" if kind == "+" else "-", left, self.argument())

    def path_tail(self, node: nodes.Operand) -> nodes.Operand:
        """Nothing: in updates a path in parentheses ends with them (dynalite's suite)."""
        return node

    _actions: Final[dict[str, Callable[[UpdateGrammar], nodes.SectionAction]]] = {
        "SET": set_action,
        "REMOVE": remove_action,
        "ADD": value_action,
        "DELETE": value_action,
    }


class ProjectionGrammar(OperandGrammar):
    """Projection expressions."""

    def projection(self) -> nodes.ProjectionTree:
        """projection := path ("," path)*"""
        paths = [self.path()]
        while self.tokens.kind == ",":
            self.tokens.take()
            paths.append(self.path())
        if self.tokens.kind != END:
            self.tokens.fail()
        return nodes.ProjectionTree(tuple(paths))


# --- parsing ---
# A text is parsed once, and its tree is kept in a bounded cache: trees are frozen.

ConditionName: TypeAlias = Choice["ConditionExpression", "FilterExpression", "KeyConditionExpression"]
ExpressionName: TypeAlias = Choice[
    "ConditionExpression", "FilterExpression", "KeyConditionExpression", "UpdateExpression", "ProjectionExpression"
]

MAX_BYTES: Final = 4096
"""UTF-8 bytes of an expression as sent, checked before parsing (dynamodb-conformance, limits/expressionSize)."""

MAX_OPERATORS: Final = 300
"""Operators of one expression; functions and parentheses are not counted (developer guide, "Quotas")."""

CACHED_TEXTS: Final = 2048
"""How many parsed texts are kept, the latest used ones. A text is at most 4 KB."""

_BLANKS: Final = " \t\r\n"


@dataclass(frozen=True, slots=True)
class ParsedExpression:
    """A text's tree, with what the text says beyond it."""

    tree: nodes.Tree
    redundant: int | None
    """Where parentheses directly round parentheses stand, or None."""
    operators: int


_SAYING_THEIR_SIZE: Final = frozenset({"ConditionExpression", "FilterExpression"})


@lru_cache(maxsize=CACHED_TEXTS)
def read(expression: ExpressionName, text: str) -> ParsedExpression:
    """Parse, leaving limits other than the size unchecked. Raises ``ExpressionError`` (too long, empty, syntax)."""
    if len(text) > MAX_BYTES or not text.isascii():
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > MAX_BYTES:
            kind = "too-long-condition" if expression in _SAYING_THEIR_SIZE else "too-long"
            raise ExpressionError(kind, expression=expression, position=0, size=size)
    if not text.strip(_BLANKS):
        raise ExpressionError("empty", expression=expression, position=0)
    try:
        return _LANGUAGES[expression](text, expression)
    except ExpressionError as problem:
        if problem.kind != "nesting":
            raise
        # Raised where the text's parameter is not known.
        raise ExpressionError("nesting", expression=expression, position=0, **problem.details) from None


def parse(expression: ExpressionName, text: str) -> nodes.Tree:
    """The tree of an expression's text; aliases and placeholders stay as written.

    Raises ``ExpressionError`` with DynamoDB's message: too long, empty, syntax, redundant parentheses, too many
    operators, in that order.
    """
    parsed = read(expression, text)
    if parsed.redundant is not None:
        raise ExpressionError("redundant-parentheses", expression=expression, position=parsed.redundant)
    if parsed.operators > MAX_OPERATORS:
        raise ExpressionError("too-many-operators", expression=expression, position=0, count=parsed.operators)
    return parsed.tree


def parse_condition(text: str, *, expression: ConditionName = "ConditionExpression") -> nodes.ConditionTree:
    """The tree of a condition, filter or key condition. Raises as ``parse`` does."""
    return cast("nodes.ConditionTree", parse(expression, text))


def parse_update(text: str) -> nodes.UpdateTree:
    """The tree of an update expression. Raises as ``parse`` does."""
    return cast("nodes.UpdateTree", parse("UpdateExpression", text))


def parse_projection(text: str) -> nodes.ProjectionTree:
    """The tree of a projection expression. Raises as ``parse`` does."""
    return cast("nodes.ProjectionTree", parse("ProjectionExpression", text))


def _read_condition(text: str, expression: str) -> ParsedExpression:
    grammar = ConditionGrammar(Tokens(text, CONDITION_WORDS, expression))
    return ParsedExpression(grammar.condition(), grammar.redundant, grammar.operators)


def _read_update(text: str, expression: str) -> ParsedExpression:
    grammar = UpdateGrammar(Tokens(text, UPDATE_WORDS, expression))
    return ParsedExpression(grammar.update(), grammar.redundant, grammar.operators)


def _read_projection(text: str, expression: str) -> ParsedExpression:
    grammar = ProjectionGrammar(Tokens(text, PROJECTION_WORDS, expression))
    return ParsedExpression(grammar.projection(), grammar.redundant, grammar.operators)


_LANGUAGES: Final[dict[ExpressionName, Callable[[str, str], ParsedExpression]]] = {
    "ConditionExpression": _read_condition,
    "FilterExpression": _read_condition,
    "KeyConditionExpression": _read_condition,
    "UpdateExpression": _read_update,
    "ProjectionExpression": _read_projection,
}
