"""Cassettes as YAML that people change, and back; what they changed is held against botocore's model.

The document is the cassette's own: its header's fields, and its exchanges as the format's reference has them. Only
attribute values are written otherwise, wherever the model says that there is one:

=====================  ===================================================
S, BOOL, NULL, L, M    text, ``true`` and ``false``, ``null``, a list, a map
N                      a number, kept as it is spelt; ``!N "007"`` if it is none to JSON
B, SS, NS, BS          ``!B AAE=``, ``!SS [a, b]``, ``!NS [1, 2]``, ``!BS [AAE=]``
anything else          ``!wire`` and what was sent
=====================  ===================================================
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pytest_dynamodb.cassette import codec, frames
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.errors import CassetteError, ConfigurationError
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.upkeep.plain import is_value

if TYPE_CHECKING:
    import yaml
    from botocore.model import OperationModel, Shape

_SERVICES: Final = ("dynamodb", "dynamodbstreams")
_STR, _NUMBER, _BOOL, _NULL = "tag:yaml.org,2002:str", "!number", "!bool", "!null"
_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?\Z", re.ASCII)
_PLAIN: Final = (
    (_NUMBER, _JSON_NUMBER, list("-0123456789")),
    (_BOOL, re.compile(r"(?:true|false)\Z"), ["t", "f"]),
    (_NULL, re.compile(r"(?:null|~)?\Z"), ["n", "~", ""]),
)
"""What a scalar without quotes is taken for: JSON's rules, not YAML 1.1's, to which ``no`` is false and 010 is 8."""


def to_yaml(contents: Contents) -> str:
    """A cassette as a YAML document. Raises ``ConfigurationError`` where PyYAML is not installed."""
    yaml = _yaml()
    header = {name: value for name, value in codec.encode_header(contents.header).items() if name not in _FIXED}
    exchanges = [_shown(exchange, contents.header) for exchange in contents.exchanges]
    text: str = yaml.serialize(
        _node({**header, "exchanges": exchanges}),
        Dumper=_classes()[1],
        allow_unicode=True,
        width=100,
    )
    return text


def from_yaml(text: str) -> Contents:
    """The cassette that a document says. Raises ``ConfigurationError`` with the line or the exchange that is wrong."""
    yaml = _yaml()
    try:
        root = yaml.compose(text, Loader=_classes()[0])
        document = _tree(root) if root is not None else None
    except yaml.YAMLError as problem:
        raise ConfigurationError(f"this is no YAML: {problem}") from None
    except RecursionError:
        raise ConfigurationError("this YAML refers to itself, or is nested too deeply") from None
    if not isinstance(document, dict) or not isinstance(document.get("exchanges"), list):
        raise ConfigurationError("this is no cassette: there is no list called exchanges")
    fields = {name: _json(value) for name, value in document.items() if name != "exchanges"}
    header: codec.Header = _decoded("the header", lambda: codec.decode_header(_frame(frames.HEADER, fields), ""))
    return Contents(header, [_exchange(number, said, header) for number, said in enumerate(document["exchanges"], 1)])


_FIXED: Final = {"format": codec.FORMAT, "version": codec.VERSION}
"""What is the same in every header."""


def _frame(kind: int, body: dict[str, Any]) -> frames.Frame:
    return frames.Frame(0, kind, {**_FIXED, **body} if kind == frames.HEADER else body, 0)


def _decoded(what: str, decode: Callable[[], Any]) -> Any:
    try:
        return decode()
    except CassetteError as problem:
        raise ConfigurationError(f"{what}: {problem.problem}") from None


def _shown(exchange: Exchange, header: codec.Header) -> dict[str, Any]:
    body = codec.encode_exchange(exchange, header)
    shapes = _shapes(exchange.operation, exchange.error_code)
    body["params"] = _converted(body["params"], shapes[0], _plain)
    response = body.get("response")
    if isinstance(response, dict) and isinstance(response.get("raw"), bytes):
        response["raw"] = base64.b64encode(response["raw"]).decode()
    elif isinstance(response, dict):
        response["body"] = _converted(response["body"], shapes[1], _plain)
    return {name: body[name] for name in sorted(body, key=lambda name: _ORDER.get(name, 99))}


_ORDER: Final = {"operation": 0, "params": 1, "response": 2, "failure": 2}
"""The order in which a person reads an exchange."""


def _exchange(number: int, said: Any, header: codec.Header) -> Exchange:
    what = f"exchange #{number}"
    if not isinstance(said, dict):
        raise ConfigurationError(f"{what}: it is no map")
    operation = said.get("operation")
    response = said.get("response")
    code = None
    if isinstance(response, dict) and isinstance(response.get("body"), dict):
        code = str(response["body"].get("__type", "")).rsplit("#", 1)[-1]
    shapes = _shapes(str(operation), code)
    wire = dict(said)
    wire["params"] = _converted(said.get("params"), shapes[0], _wire)
    if isinstance(response, dict) and "body" in response:
        wire["response"] = {**response, "body": _converted(response["body"], shapes[1], _wire)}
    body: dict[str, Any] = _json(wire)
    exchange: Exchange = _decoded(what, lambda: codec.decode_exchange(_frame(frames.EXCHANGE, body), "", header))
    return exchange


# --- attribute values ---


class Tagged:
    """A value with a YAML tag of its own: its name, and what stands behind it."""

    content: Any
    tag: str

    __slots__ = ("content", "tag")

    def __init__(self, tag: str, content: Any) -> None:
        self.tag, self.content = tag, content


class Spelt(str):
    """A number as it is spelt."""

    __slots__ = ()


def _plain(value: Any) -> Any:
    """An attribute value as it stands in the document."""
    if not is_value(value):
        return Tagged("!wire", value)
    ((tag, content),) = value.items()
    if tag in {"S", "BOOL"}:
        return content
    if tag == "NULL" and content:
        return None
    if tag == "N":
        return Spelt(content) if _JSON_NUMBER.match(content) else Tagged("!N", content)
    if tag == "L":
        return [_plain(member) for member in content]
    if tag == "M":
        return {name: _plain(member) for name, member in content.items()}
    if tag == "NULL":
        return Tagged("!wire", value)
    return Tagged(f"!{tag}", content)


def _wire(shown: Any) -> Any:
    """The attribute value that stands in the document; what is none stays for the model to refuse."""
    if shown is None:
        return {"NULL": True}
    if isinstance(shown, bool):
        return {"BOOL": shown}
    if isinstance(shown, Spelt):
        return {"N": str(shown)}
    if isinstance(shown, str):
        return {"S": shown}
    if isinstance(shown, list):
        return {"L": [_wire(member) for member in shown]}
    if isinstance(shown, dict):
        return {"M": {name: _wire(member) for name, member in shown.items()}}
    if shown.tag == "!wire":
        return shown.content
    content = shown.content
    texts = [str(member) for member in content] if isinstance(content, list) else content
    return {shown.tag[1:]: texts}


def _converted(node: Any, shape: Shape | None, convert: Callable[[Any], Any]) -> Any:
    """A tree in which everything that the model takes for an attribute value is converted."""
    if shape is None:
        return node
    if shape.name == "AttributeValue":
        return convert(node)
    if isinstance(node, dict) and shape.type_name == "structure":
        members: Any = shape.members  # type: ignore[attr-defined]  # of a structure
        return {name: _converted(value, members.get(name), convert) for name, value in node.items()}
    if isinstance(node, dict) and shape.type_name == "map":
        inner: Any = shape.value  # type: ignore[attr-defined]  # of a map
        return {name: _converted(value, inner, convert) for name, value in node.items()}
    if isinstance(node, list) and shape.type_name == "list":
        member: Any = shape.member  # type: ignore[attr-defined]  # of a list
        return [_converted(value, member, convert) for value in node]
    return node


def _json(tree: Any) -> Any:
    """A document's tree as JSON: numbers are numbers."""
    if isinstance(tree, Spelt):
        return json.loads(tree)
    if isinstance(tree, Tagged):
        return _json(tree.content)
    if isinstance(tree, dict):
        return {name: _json(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_json(value) for value in tree]
    return tree


# --- the model ---


@lru_cache(maxsize=1)
def _models() -> dict[str, OperationModel]:
    """The operations that the installed botocore knows, by name."""
    import botocore.session

    session = botocore.session.Session()
    models = [session.get_service_model(service) for service in _SERVICES]
    return {name: model.operation_model(name) for model in models for name in model.operation_names}


def _shapes(operation: str, error_code: str | None) -> tuple[Shape | None, Shape | None]:
    """The shapes of an operation's parameters and of its answer, or of an error's; ``None`` where there is none."""
    model = _models().get(operation)
    if model is None:
        return None, None
    if error_code:
        # The stubs take the code for a number; it is the error's name.
        error: Any = model.service_model.shape_for_error_code(error_code)  # type: ignore[arg-type]
        return model.input_shape, error
    return model.input_shape, model.output_shape


def problems(contents: Contents) -> list[str]:
    """What botocore's model says against a cassette's requests and answers, a text each; nothing if it is right.

    Operations that the installed botocore does not know are not looked at.
    """
    return [f"#{number} {text}" for number, exchange in enumerate(contents.exchanges, 1) for text in _wrong(exchange)]


def _wrong(exchange: Exchange) -> Iterator[str]:
    from botocore.validate import ParamValidator

    asked, answered = _shapes(exchange.operation, exchange.error_code)
    sides: list[tuple[str, Any, Shape | None]] = [("request", exchange.params, asked)]
    if exchange.error_code is None and exchange.response is not None:
        sides.append(("answer", exchange.response, answered))
    for side, tree, shape in sides:
        if shape is None:
            continue
        report = ParamValidator().validate(tree, shape)
        for line in report.generate_report().splitlines() if report.has_errors() else ():
            if side == "request" or not line.startswith(_RANGES):
                yield f"{exchange.operation}, {side}: {line}"
        for place in _no_values(tree, shape):
            yield f"{exchange.operation}, {side}: {place} is no attribute value"


_RANGES: Final = ("Invalid value", "Invalid length")
"""What the model says of ranges holds for requests alone: AWS itself answers ``NumberOfDecreasesToday`` 0, of which the
model says that 1 is the least."""


def _no_values(tree: Any, shape: Shape) -> list[str]:
    """What stands where an attribute value is expected and is none, cut short."""
    found: list[str] = []

    def look(value: Any) -> Any:
        if not is_value(value):
            found.append(json.dumps(value, default=str)[:80])
        return value

    _converted(tree, shape, look)
    return found


# --- YAML ---


def _yaml() -> Any:
    try:
        import yaml
    except ModuleNotFoundError:
        raise ConfigurationError(
            "editing needs PyYAML, which is not installed: pip install 'pytest-dynamodb-cassette[cli]'"
        ) from None
    return yaml


@lru_cache(maxsize=1)
def _classes() -> tuple[type[yaml.SafeLoader], type[yaml.SafeDumper]]:
    """A loader and a dumper that take scalars as JSON does, and show every character that cannot be seen."""
    import yaml

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as its base has it

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.check_event(yaml.AliasEvent):  # a few lines of them may stand for more than there is room for
                event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML has no types for it
                line = event.start_mark.line + 1
                raise ConfigurationError(f"line {line}: references to other places (*) are not taken")
            return super().compose_node(parent, index)

    class Dumper(yaml.SafeDumper):
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as its base has it

        def write_double_quoted(self, text: str, split: bool = True) -> None:
            unicode = self.allow_unicode
            self.allow_unicode = bool(unicode and text.isprintable())
            super().write_double_quoted(text, split)
            self.allow_unicode = unicode

    for kind in (Loader, Dumper):
        for tag, pattern, first in _PLAIN:
            kind.add_implicit_resolver(tag, pattern, first)
    return Loader, Dumper


def _node(tree: Any) -> yaml.Node:
    import yaml

    if isinstance(tree, Tagged):
        node = _node(tree.content)
        node.tag = tree.tag
        if isinstance(node, yaml.ScalarNode):
            node.style = '"'
        return node
    if isinstance(tree, dict):
        pairs = [(_node(str(name)), _node(value)) for name, value in tree.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=all(map(_is_leaf, tree.values())))
    if isinstance(tree, list | tuple):
        members = [_node(value) for value in tree]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", members, flow_style=all(map(_is_leaf, tree)))
    if isinstance(tree, Spelt):
        return yaml.ScalarNode(_NUMBER, str(tree))
    if isinstance(tree, str):
        return yaml.ScalarNode(_STR, tree, style=None if tree.isprintable() else '"')
    tag = _NULL if tree is None else _BOOL if isinstance(tree, bool) else _NUMBER
    return yaml.ScalarNode(tag, json.dumps(tree))


def _is_leaf(tree: Any) -> bool:
    return not isinstance(tree, dict | list | Tagged) or not tree


def _tree(node: yaml.Node) -> Any:
    """A node as it is meant: maps, lists, text, booleans, ``None``, numbers as they are spelt, and what is tagged."""
    import yaml

    own = node.tag if node.tag.startswith("!") and node.tag not in (_NUMBER, _BOOL, _NULL) else ""
    if own and own not in ("!N", "!B", "!SS", "!NS", "!BS", "!wire"):
        raise ConfigurationError(f"line {node.start_mark.line + 1}: {own} is no tag of cassettes")
    tree: Any
    if isinstance(node, yaml.MappingNode):
        tree = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in tree:
                what = "is there twice" if isinstance(key, yaml.ScalarNode) else "is no text"
                raise ConfigurationError(f"line {key.start_mark.line + 1}: the key {str(key.value)[:60]!r} {what}")
            tree[key.value] = _tree(value)
    elif isinstance(node, yaml.SequenceNode):
        tree = [_tree(member) for member in node.value]
    elif own or node.tag == _STR:
        tree = node.value
    elif node.tag == _NUMBER:
        tree = Spelt(node.value)
    elif node.tag in (_BOOL, _NULL):
        tree = {"true": True, "false": False}.get(node.value)
    else:
        raise ConfigurationError(f"line {node.start_mark.line + 1}: {node.tag} is no tag of cassettes")
    if own == "!wire":
        return Tagged(own, _json(tree))
    return Tagged(own, tree) if own else tree
