"""The tables of a CloudFormation or SAM template, as CreateTable's parameters.

(CloudFormation template reference, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"; SAM's specification,
"AWS::Serverless::SimpleTable".)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pytest_dynamodb.control.tables.templates import create_table_params_of, time_to_live_of
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.mock.problems import LoadError, joined
from pytest_dynamodb.values.numbers import exact_decimal

# --- functions ---
# ``Ref``, ``Fn::Sub``, ``Fn::If`` and so on (CloudFormation user guide, "Intrinsic function reference"). What only a
# deployed stack knows, such as another resource's ARN, is replaced by its own name, except in places that must be
# right: there it is an error.
# (CloudFormation user guide, "Intrinsic function reference".) What only a deployed stack knows, such as another
# resource's ARN, stands as its own name, but for places that must be right: asking for those is an error.

ABSENT: Final = object()
"""The value of ``AWS::NoValue``: a property that has it is left out."""

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""What YAML 1.1 calls a float, but for ``.inf``, ``.nan`` and numbers to the base of 60."""
_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")


_MOST_STEPS: Final = 1_000_000
"""Values, conditions and tens of characters that a template may expand to. (CloudFormation takes templates of 1 MB.)"""


class Unknown(Exception):
    """A template does not determine a value. Holds the name of what is missing."""


class Functions:
    """The functions of one template. ``parameters`` take precedence over the defaults in the template."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, Any], names: Mapping[str, str]) -> None:
        self._conditions = _mapping(template.get("Conditions"))
        self._maps = _mapping(template.get("Mappings"))
        self._names = names
        self._steps = 0
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
        """The value of a node, or ``ABSENT``. With ``strict``, raises ``Unknown`` where the template does not determine
        it.
        """
        self._count(1)
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

    def _count(self, steps: int) -> None:
        """Raise ``LoadError`` for a template whose functions never seem to come to an end."""
        self._steps += steps
        if self._steps > _MOST_STEPS:
            raise LoadError("", "its functions make more of it than any stack has: it seems to double with each step")

    def holds(self, condition: Any) -> bool:
        """Whether a condition, given by name or written out, is true. One that cannot be determined is not."""
        try:
            return self._truth({"Condition": condition} if isinstance(condition, str) else condition, 0)
        except (Unknown, RecursionError, TypeError, IndexError):
            return False

    def _truth(self, node: Any, depth: int) -> bool:
        self._count(1)
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

        made = _VARIABLE.sub(put, text)
        self._count(len(made) // 10)
        return made

    def _join(self, argument: Any, strict: bool) -> str:
        delimiter, members = argument
        texts = [str(member) for member in self.value(members, strict=strict)]
        self._count((sum(map(len, texts)) + len(str(delimiter)) * len(texts)) // 10)
        return str(delimiter).join(texts)

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


Parameters = dict[str, Any]

_KEY_TYPES: Final = {"String": "S", "Number": "N", "Binary": "B"}


def is_template(document: Mapping[str, Any]) -> bool:
    """Whether a document is a CloudFormation or SAM template."""
    resources = document.get("Resources")
    return isinstance(resources, Mapping) and all(
        isinstance(resource, Mapping) and "Type" in resource for resource in resources.values()
    )


def has_tables(document: Mapping[str, Any]) -> bool:
    """Whether a document is a template with tables in it."""
    return is_template(document) and any(resource["Type"] in _KINDS for resource in document["Resources"].values())


def tables_of(
    template: Mapping[str, Any], where: str, parameters: Mapping[str, Any], pseudo: Mapping[str, str]
) -> Iterator[tuple[str, Parameters]]:
    """Names and CreateTable parameters of a template's tables, in the order written.

    ``pseudo`` are the values of pseudo parameters such as ``AWS::Region``. Raises ``LoadError`` for a table whose name
    cannot be determined, and for a template without tables.
    """
    resources = {logical: resource for logical, resource in template["Resources"].items() if resource["Type"] in _KINDS}
    if not resources:
        raise LoadError(where, "the template has no tables", remedy=f"it looks for {', '.join(sorted(_KINDS))}")
    functions = Functions(template, {**pseudo, **parameters}, {logical: logical for logical in template["Resources"]})
    names = {
        logical: _name(logical, resource, functions, where)
        for logical, resource in resources.items()
        if "Condition" not in resource or functions.holds(resource["Condition"])
    }
    functions = Functions(template, {**pseudo, **parameters, **names}, {name: name for name in template["Resources"]})
    for logical, name in names.items():
        properties = functions.value(_properties(logical, resources[logical], where))
        yield name, _params(resources[logical]["Type"], properties, joined(where, f"resource {logical}"), name)


def _properties(logical: str, resource: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    properties = resource.get("Properties") or {}
    if not isinstance(properties, Mapping):
        raise LoadError(joined(where, f"resource {logical}"), f"its Properties are {properties!r:.40}")
    return properties


def _name(logical: str, resource: Mapping[str, Any], functions: Functions, where: str) -> str:
    """The TableName; without one the logical id, from which AWS would make a name up."""
    given = _properties(logical, resource, where).get("TableName")
    if given is None:
        return logical
    try:
        name = functions.value(given, strict=True)
    except Unknown as unknown:
        raise LoadError(
            joined(where, f"resource {logical}"),
            f"its TableName needs {unknown}, which the template does not say",
            remedy=f'load(..., parameters={{"{unknown}": "..."}})',
        ) from None
    return logical if name is ABSENT else str(name)


def _params(kind: str, properties: Parameters, where: str, name: str) -> Parameters:
    try:
        properties = _KINDS[kind](properties)
        params = create_table_params_of(properties, name=name)
        ends = time_to_live_of(properties)
    except (ConfigurationError, ValueError, TypeError, AttributeError) as problem:
        said = (
            str(problem) if isinstance(problem, ConfigurationError) else f"a property is not what it must be: {problem}"
        )
        raise LoadError(where, said) from problem
    return params if ends is None else {**params, "TimeToLiveSpecification": ends}


def _simple_table(properties: Parameters) -> Parameters:
    """SAM's table with one key, by default ``id``."""
    key = properties.get("PrimaryKey") or {}
    name, kind = key.get("Name", "id"), key.get("Type", "String")
    made: Parameters = {
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": _KEY_TYPES.get(kind, kind)}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if "ProvisionedThroughput" in properties:
        made |= {"BillingMode": "PROVISIONED", "ProvisionedThroughput": properties["ProvisionedThroughput"]}
    tags = properties.get("Tags")
    if isinstance(tags, Mapping):
        made["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    if "SSESpecification" in properties:
        made["SSESpecification"] = properties["SSESpecification"]
    return made


def _as_it_is(properties: Parameters) -> Parameters:
    return properties


_KINDS: Final[dict[str, Callable[[Parameters], Parameters]]] = {
    "AWS::DynamoDB::GlobalTable": _as_it_is,
    "AWS::DynamoDB::Table": _as_it_is,
    "AWS::Serverless::SimpleTable": _simple_table,
}


# --- YAML ---
# With the short forms of CloudFormation's functions: ``!Ref x`` is ``{"Ref": "x"}``.

_PLAIN = ("Ref", "Condition")
"""Tags whose long form has no ``Fn::`` before it."""


def parse_yaml(where: str, text: str) -> Any:
    """The content of a YAML text. Raises ``LoadError``, also where PyYAML is not installed."""
    try:
        import yaml
    except ImportError:
        raise LoadError(
            where, "reading YAML needs PyYAML, which is not installed", remedy="pip install pyyaml, or save it as JSON"
        ) from None

    class Loader(yaml.SafeLoader):  # a class of its own: tags are registered on classes
        pass

    Loader.add_multi_constructor("!", _long_form)
    Loader.add_constructor("tag:yaml.org,2002:float", _fraction)
    try:
        # A SafeLoader's child, which makes nothing but plain data.
        return yaml.load(text, Loader=Loader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise LoadError(where, f"it is no YAML: {problem}") from None


def _fraction(loader: Any, node: Any) -> Any:
    """A number with a point as it is written. PyYAML makes floats, which hold 16 of its digits."""
    text = loader.construct_scalar(node).replace("_", "")
    return exact_decimal(text) if _DECIMAL.fullmatch(text) else loader.construct_yaml_float(node)


def _long_form(loader: Any, suffix: str, node: Any) -> dict[str, Any]:
    construct = {"scalar": loader.construct_scalar, "sequence": _sequence, "mapping": _yamltag_mapping}[node.id]
    value = construct(node) if node.id == "scalar" else construct(loader, node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in _PLAIN else f"Fn::{suffix}": value}


def _sequence(loader: Any, node: Any) -> Any:
    return loader.construct_sequence(node, deep=True)


def _yamltag_mapping(loader: Any, node: Any) -> Any:
    return loader.construct_mapping(node, deep=True)
