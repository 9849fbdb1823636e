"""YAML, with the short forms of CloudFormation's functions: ``!Ref x`` is ``{"Ref": "x"}``."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.mock.problems import LoadError

#: Tags whose long form has no ``Fn::`` before it.
_PLAIN = ("Ref", "Condition")


def parse_yaml(where: str, text: str) -> Any:
    """What a YAML text says. Raises ``LoadError``, also where PyYAML is not installed."""
    try:
        import yaml
    except ImportError:
        raise LoadError(
            where, "reading YAML needs PyYAML, which is not installed", remedy="pip install pyyaml, or save it as JSON"
        ) from None

    class Loader(yaml.SafeLoader):  # a class of its own: tags are registered on classes
        pass

    Loader.add_multi_constructor("!", _long_form)
    try:
        # A SafeLoader's child, which makes nothing but plain data.
        return yaml.load(text, Loader=Loader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as problem:
        raise LoadError(where, f"it is no YAML: {problem}") from None


def _long_form(loader: Any, suffix: str, node: Any) -> dict[str, Any]:
    construct = {"scalar": loader.construct_scalar, "sequence": _sequence, "mapping": _mapping}[node.id]
    value = construct(node) if node.id == "scalar" else construct(loader, node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in _PLAIN else f"Fn::{suffix}": value}


def _sequence(loader: Any, node: Any) -> Any:
    return loader.construct_sequence(node, deep=True)


def _mapping(loader: Any, node: Any) -> Any:
    return loader.construct_mapping(node, deep=True)
