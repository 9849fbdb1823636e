"""DynamoDB's expression languages: one grammar, which everything else of this package uses.

===========================  =====================================================================================
text to tree                 ``parse``, ``parse_condition``, ``parse_update``, ``parse_projection``
builders                     ``Attr``, ``Key``, ``Update``, ``if_not_exists``, ``list_append``
anything to tree             ``as_condition``, ``as_update``, ``as_projection``
a tree and its placeholders  ``resolve``, ``render``, ``Placeholders``
what DynamoDB checks         ``checked_tree``, then ``bind``; both in one: ``compile_expression``; ``key_clauses``
about names and values       ``check_keys``, ``check_sizes``, ``check_unused``
a request                    ``expression_params``, ``canonical_params``
===========================  =====================================================================================

The nodes of trees are in ``expressions.nodes``. What is raised is an ``ExpressionError``, DynamoDB's answer to a bad
expression, or, of builders, an ``ExpressionMisuse`` or ``values.UnsupportedValue``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_dynamodb.expressions.builders import (
        Attr,
        Condition,
        ConditionLike,
        ExpressionMisuse,
        Key,
        PathLike,
        Size,
        as_condition,
        condition,
        to_path,
    )
    from pytest_dynamodb.expressions.canonical import canonical_params
    from pytest_dynamodb.expressions.checks import bind, check_tree, checked_tree, compile_expression
    from pytest_dynamodb.expressions.clauses import canonical_clauses
    from pytest_dynamodb.expressions.messages import ExpressionError
    from pytest_dynamodb.expressions.parser import (
        ExpressionName,
        parse,
        parse_condition,
        parse_projection,
        parse_update,
    )
    from pytest_dynamodb.expressions.rendering import Placeholders, expression_params, render
    from pytest_dynamodb.expressions.reserved import RESERVED_WORDS, is_reserved
    from pytest_dynamodb.expressions.resolution import (
        KeyClause,
        check_keys,
        check_sizes,
        check_unused,
        key_clauses,
        placeholders,
        resolve,
    )
    from pytest_dynamodb.expressions.updates import Update, as_projection, as_update, if_not_exists, list_append

_HOMES = {
    "builders": "Attr Condition ConditionLike ExpressionMisuse Key PathLike Size as_condition condition to_path",
    "canonical": "canonical_params",
    "checks": "bind check_tree checked_tree compile_expression",
    "clauses": "canonical_clauses",
    "messages": "ExpressionError",
    "parser": "ExpressionName parse parse_condition parse_projection parse_update",
    "rendering": "Placeholders expression_params render",
    "reserved": "RESERVED_WORDS is_reserved",
    "resolution": "KeyClause check_keys check_sizes check_unused key_clauses placeholders resolve",
    "updates": "Update as_projection as_update if_not_exists list_append",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "RESERVED_WORDS",
    "Attr",
    "Condition",
    "ConditionLike",
    "ExpressionError",
    "ExpressionMisuse",
    "ExpressionName",
    "Key",
    "KeyClause",
    "PathLike",
    "Placeholders",
    "Size",
    "Update",
    "as_condition",
    "as_projection",
    "as_update",
    "bind",
    "canonical_clauses",
    "canonical_params",
    "check_keys",
    "check_sizes",
    "check_tree",
    "check_unused",
    "checked_tree",
    "compile_expression",
    "condition",
    "expression_params",
    "if_not_exists",
    "is_reserved",
    "key_clauses",
    "list_append",
    "parse",
    "parse_condition",
    "parse_projection",
    "parse_update",
    "placeholders",
    "render",
    "resolve",
    "to_path",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use: replaying needs the parser, but no builder (PEP 562)."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
