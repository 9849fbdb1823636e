"""The page holds its data so that nothing in them can become HTML or a script, and asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.exchange import Exchange, Response
from pytest_dynamodb.view import ShownRecording, page, recordings_data
from pytest_dynamodb.view.page import TEMPLATE, embedded

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "{{data}} {{bodies}} {{policy}}",
    '"><img src=x onerror=alert(1)>',
    "\u2028\u2029\r\n",
    "\ud800",
]


class Elements(HTMLParser):
    """The elements of a page with what they hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.contents: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.contents.append("")

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", {"end": ""}))
        self.contents.append("")

    def handle_data(self, data: str) -> None:
        if self.contents:
            self.contents[-1] += data

    def only(self, identifier: str) -> str:
        (position,) = [n for n, (_, attributes) in enumerate(self.found) if attributes.get("id") == identifier]
        return self.contents[position]


def shown(text: str) -> str:
    params = {"TableName": text, "Key": {"pk": {"S": text}}, text: [text]}
    exchange = Exchange("GetItem", params, Response(200, {"Item": {text: {"S": text}}}))
    return page(recordings_data([ShownRecording(text, Header(node_id=text), [exchange])], title=text))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_make_no_element(text: str) -> None:
    plain, hostile = Elements(shown("a")), Elements(shown(text))
    assert [tag for tag, _ in hostile.found] == [tag for tag, _ in plain.found]
    data = json.loads(hostile.only("data"))
    assert data["title"] == text
    assert json.loads(hostile.only("bodies"))["params"]["TableName"] == text


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.dictionaries(st.text(), inner)))
def test_what_is_embedded_is_the_same_on_one_line_without_markup(data: Any) -> None:
    text = embedded(data)
    assert json.loads(text) == data
    assert not re.search("[<>&\r\n]", text)
    text.encode()  # no half of a surrogate pair


def test_the_policy_allows_the_page_s_own_script_and_style_by_their_hashes_and_nothing_else() -> None:
    elements = Elements(shown("a"))
    (policy,) = [a["content"] for _, a in elements.found if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives.keys() == {"default-src", "script-src", "style-src", "base-uri", "form-action"}
    assert {directives[name] for name in ("default-src", "base-uri", "form-action")} == {"'none'"}
    contents = zip(elements.found, elements.contents, strict=True)
    own = {tag: content for (tag, attributes), content in contents if tag in ("script", "style") and not attributes}
    for tag, content in own.items():
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert directives[f"{tag}-src"] == f"'sha256-{digest}'"


def test_only_a_live_page_may_ask_and_only_its_own_server() -> None:
    data = recordings_data([], title="none")
    assert "connect-src 'self'" in page(data, connects=True)
    assert "connect-src" not in page(data)


def test_the_template_names_nothing_outside_itself_and_no_html_is_made_of_text() -> None:
    template = TEMPLATE.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|src=|href=|@import|url\(", template)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", template)
    assert not re.search(r'\son[a-z]+="|\sstyle="', template)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_script_is_valid(tmp_path: Path) -> None:
    (script,) = re.findall("<script>(.*?)</script>", TEMPLATE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "page.js").write_text(script, encoding="utf-8")
    subprocess.run(["node", "--check", "page.js"], cwd=tmp_path, check=True, timeout=600)
