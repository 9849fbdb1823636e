"""The documentation's site: built without a warning, every link leads somewhere, nothing is fetched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


class Page(HTMLParser):
    """What a page links to, what it loads, and what can be linked to in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.anchors: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if told.get("id"):
            self.anchors.add(told["id"] or "")
        if tag == "a" and told.get("href"):
            self.links.add(told["href"] or "")
        if tag in ("script", "img", "iframe") and told.get("src"):
            self.loads.add(told["src"] or "")
        if tag == "link" and told.get("rel") == "stylesheet":
            self.loads.add(told["href"] or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sphinx", reason="the extra `docs` is not there")
    out = tmp_path_factory.mktemp("site")
    # -E: nothing of an earlier build; warnings are errors. Its own folder of trees, so that docs/ stays as it is.
    build = f"-m sphinx -W --keep-going -q -E -b html -d {out / 'trees'}"
    done = subprocess.run(
        [sys.executable, *build.split(), str(DOCS), str(out / "html")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_every_page_is_in_the_site(site: Path) -> None:
    written = {path.relative_to(DOCS).with_suffix("") for path in DOCS.glob("*/*.md")}
    built = {path.relative_to(site).with_suffix("") for path in site.glob("*/*.html")}
    assert written <= built


def test_the_list_of_pages_names_every_page() -> None:
    listed = set(
        re.findall(r"\]\(((?:tutorial|how-to|reference|explanation)/[\w-]+\.md)", (DOCS / "README.md").read_text())
    )
    assert {str(path.relative_to(DOCS)) for path in DOCS.glob("*/*.md")} == listed


def test_every_link_leads_somewhere(pages: dict[Path, Page]) -> None:
    lost = []
    for path, page in pages.items():
        for link in sorted(page.links):
            address, anchor = urldefrag(link)
            if urlsplit(link).scheme:
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            if not target.exists():
                lost.append(f"{path.name}: {link}")
            elif target in pages and unquote(anchor) not in pages[target].anchors:
                lost.append(f"{path.name}: {link} (no such heading)")
    assert not lost, "\n".join(lost)


def test_nothing_is_fetched_from_elsewhere(pages: dict[Path, Page]) -> None:
    elsewhere = {load for page in pages.values() for load in page.loads if urlsplit(load).netloc}
    assert not elsewhere


def test_pages_can_be_searched(site: Path) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert "how-to/read-a-miss" in index
