"""What a mock is loaded with may be anything: it is read in bounds, and refused with a ``LoadError`` alone."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import LoadError, Mock
from pytest_dynamodb.files import gunzip

LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
CONDITIONS: Any = {f"C{n}": {"Fn::And": [{"Condition": f"C{n + 1}"}] * 2} for n in range(23)} | {
    "C23": {"Fn::Equals": ["a", "a"]}
}
KEYS = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": {"Fn::If": ["C0", "aaa", "bbb"]}, **KEYS}}
JOINED: Any = {"Fn::Join": ["", [{"Ref": "Name"}] * 10_000]}

FILES: dict[str, tuple[str, bytes, str]] = {
    "aliases that double": ("x.yaml", LAUGHS.encode(), "with its aliases it holds more than"),
    "a list in itself": ("x.yaml", b"t: &a\n- *a\n", "holds a loop"),
    "a map in itself": ("x.yaml", b"t: &a\n  items: [*a]\n", "holds a loop"),
    "a bomb": ("x.json.gz", gzip.compress(bytes(80 * 2**20)), "unpacks to more than"),
    "a damaged file": ("x.json.gz", gzip.compress(b"{}" * 99)[:-12] + b"?" * 12, "damaged|cut off"),
    "a file that is cut off": ("x.json.gz", gzip.compress(b"{}" * 99)[:-9], "cut off"),
    "deep JSON": ("x.json", b"[" * 200_000, "nested too deeply|no JSON"),
    "deep YAML": ("x.yaml", b"[" * 2_000, "no YAML"),
    "conditions that double": (
        "x.json",
        json.dumps({"Conditions": CONDITIONS, "Resources": {"T": TABLE}}).encode(),
        "its functions make more of it",
    ),
    "text that grows": (
        "x.json",
        json.dumps(
            {
                "Parameters": {"Name": {"Default": "x" * 10_000}},
                "Resources": {"T": {"Type": TABLE["Type"], "Properties": {"TableName": JOINED}}},
            }
        ).encode(),
        "its functions make more of it",
    ),
    "not UTF-8": ("x.json", b"\xff\xfe\x00", "cannot be read"),
    "nothing": ("x.json", b"", "no JSON"),
    "a text": ("x.json", b'"t"', "holds no tables"),
}


@pytest.mark.parametrize(("name", "content", "said"), FILES.values(), ids=FILES)
def test_a_hostile_file_is_refused_within_bounds(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LoadError, match=said):
        Mock().load(tmp_path / name)


def test_so_is_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"x\.json"):
        Mock().load(tmp_path / "x.json")
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe.json")
        for path in (tmp_path / "pipe.json", Path("/dev/zero")):
            with pytest.raises(LoadError, match="not a plain file"):
                Mock().load(path)


def test_a_loop_of_python_objects_is_named() -> None:
    loop: list[Any] = []
    loop.append(loop)
    for source in (loop, {"t": loop}, {"t": {"items": [{"pk": {"L": loop}}]}}):
        with pytest.raises(LoadError, match="holds a loop"):
            Mock().load(source)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["t", "table", "items", "Items", "Item", "Table", "Resources", "Conditions", "Type", "Properties"]
            )
            | st.sampled_from(
                ["KeySchema", "Ref", "Fn::Sub", "Fn::If", "Fn::Join", "TableName", "TableStatus", "resources"]
            )
            | st.text(max_size=3),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from([None, "t"]))
def test_whatever_it_is_only_a_load_error_comes(source: Any, table: str | None) -> None:
    if isinstance(source, str):
        source = [source]
    with contextlib.suppress(LoadError):
        Mock().load(source, table=table)


@given(JSON)
def test_aliases_and_members_that_are_meant_are_read(content: Any) -> None:
    whole = gzip.compress(json.dumps(content).encode()) + gzip.compress(b" ")
    assert json.loads(gunzip(whole)) == content
