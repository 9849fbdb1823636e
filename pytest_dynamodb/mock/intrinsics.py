"""CloudFormation's functions (``Ref``, ``Fn::Sub``, ``Fn::If`` ...), as far as a template says what they come to.

(CloudFormation user guide, "Intrinsic function reference".) What only a deployed stack knows, such as another
resource's ARN, stands as its own name, but for places that must be right: asking for those is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

ABSENT: Final = object()
"""What ``AWS::NoValue`` is: a property with it is left out."""

_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")


class Unknown(Exception):
    """A template does not say what something is: the name of what it lacks."""


class Functions:
    """The functions of one template. ``parameters`` go before the defaults that the template gives them."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, Any], names: Mapping[str, str]) -> None:
        self._conditions = _mapping(template.get("Conditions"))
        self._maps = _mapping(template.get("Mappings"))
        self._names = names
        defaults = {
            name: declared["Default"]
            for name, declared in _mapping(template.get("Parameters")).items()
            if isinstance(declared, Mapping) and "Default" in declared
        }
        self._parameters = {**defaults, **parameters}
        self._functions: dict[str, Callable[[Any, bool], Any]] = {
            "Ref": self._ref,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Sub": self._sub,
        }

    def value(self, node: Any, *, strict: bool = False) -> Any:
        """What a node comes to, or ``ABSENT``. ``strict`` raises ``Unknown`` for what the template does not say."""
        if isinstance(node, list):
            return [value for value in (self.value(member, strict=strict) for member in node) if value is not ABSENT]
        if not isinstance(node, Mapping):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name in ("Ref", "Condition") or str(name).startswith("Fn::"):
                return self._call(str(name), argument, strict)
        values = {name: self.value(member, strict=strict) for name, member in node.items()}
        return {name: value for name, value in values.items() if value is not ABSENT}

    def holds(self, condition: Any) -> bool:
        """Whether a condition, given by its name or spelt out, is true. One that cannot be told is not."""
        try:
            return self._truth({"Condition": condition} if isinstance(condition, str) else condition, 0)
        except (Unknown, RecursionError, TypeError, IndexError):
            return False

    def _truth(self, node: Any, depth: int) -> bool:
        if isinstance(node, Mapping) and len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Condition" and depth < 50:
                return self._truth(self._conditions.get(argument), depth + 1)
            if name == "Fn::Equals":
                left, right = self.value(argument, strict=True)
                return str(left) == str(right)
            if name in ("Fn::And", "Fn::Or", "Fn::Not"):
                truths = [self._truth(member, depth + 1) for member in argument]
                return all(truths) if name == "Fn::And" else any(truths) if name == "Fn::Or" else not truths[0]
        raise Unknown("a condition")

    def _call(self, name: str, argument: Any, strict: bool) -> Any:
        function = self._functions.get(name)
        try:
            if function is None:
                raise Unknown(name)
            return function(argument, strict)
        except Unknown as problem:
            unknown = problem
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            unknown = Unknown(f"{name} with such arguments")
        if strict:
            raise unknown
        return str(unknown)

    def _ref(self, argument: Any, strict: bool) -> Any:
        if argument == "AWS::NoValue":
            return ABSENT
        for known in (self._parameters, self._names):
            if argument in known:
                return known[argument]
        raise Unknown(str(argument))

    def _sub(self, argument: Any, strict: bool) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def put(found: re.Match[str]) -> str:
            literal, name = found.groups()
            if literal:
                return f"${{{name}}}"
            if name in own:
                return str(self.value(own[name], strict=strict))
            node = {"Ref": name} if "." not in name else {"Fn::GetAtt": name.split(".", 1)}
            return str(self.value(node, strict=strict))

        return _VARIABLE.sub(put, text)

    def _join(self, argument: Any, strict: bool) -> str:
        delimiter, members = argument
        return str(delimiter).join(str(member) for member in self.value(members, strict=strict))

    def _if(self, argument: Any, strict: bool) -> Any:
        condition, yes, no = argument
        return self.value(yes if self.holds(condition) else no, strict=strict)

    def _find_in_map(self, argument: Any, strict: bool) -> Any:
        name, first, second = (self.value(member, strict=True) for member in argument[:3])
        return self.value(self._maps[name][first][second], strict=strict)

    def _select(self, argument: Any, strict: bool) -> Any:
        index, members = argument
        return self.value(members, strict=strict)[int(self.value(index, strict=True))]

    def _split(self, argument: Any, strict: bool) -> list[str]:
        delimiter, text = argument
        return str(self.value(text, strict=strict)).split(delimiter)

    def _get_att(self, argument: Any, strict: bool) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        raise Unknown(".".join(map(str, parts)))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
