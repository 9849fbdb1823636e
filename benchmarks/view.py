"""How long the viewer's page takes: making it from a folder of 10,000 exchanges, and opening it in Chromium.

    python benchmarks/view.py [--exchanges 10000] [--browser /usr/bin/chromium]

Needs Playwright for Python (`pip install playwright`) and a Chromium. Opening is from the navigation until the list is
there and can be used; scrolling is the longest time between two frames while the whole list is scrolled through.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import write
from pytest_dynamodb.cli import main
from pytest_dynamodb.exchange import Exchange, Response

FILES = 100


def exchange(number: int, chance: random.Random) -> Exchange:
    """One of a shop's calls, with an item of some 500 bytes in most."""
    customer, order = f"USER#{chance.randrange(400)}", f"ORDER#{number:06}"
    item = {
        "PK": {"S": customer},
        "SK": {"S": order},
        "total": {"N": str(chance.randrange(10_000))},
        "note": {"S": "x" * 200},
        "lines": {"L": [{"M": {"sku": {"S": f"SKU{n}"}, "quantity": {"N": "2"}}} for n in range(5)]},
    }
    consumed = {"TableName": "shop", "CapacityUnits": 1.0}
    elapsed = chance.random() / 50
    if number % 3 == 0:
        params: dict[str, Any] = {"TableName": "shop", "Item": item}
        return Exchange("PutItem", params, Response(200, {"ConsumedCapacity": consumed}, elapsed=elapsed))
    if number % 3 == 1:
        params = {"TableName": "shop", "Key": {"PK": {"S": customer}, "SK": {"S": order}}}
        return Exchange("GetItem", params, Response(200, {"Item": item, "ConsumedCapacity": consumed}, elapsed=elapsed))
    params = {
        "TableName": "shop",
        "KeyConditionExpression": "PK = :pk AND begins_with(SK, :sk)",
        "ExpressionAttributeValues": {":pk": {"S": customer}, ":sk": {"S": "ORDER#"}},
    }
    return Exchange("Query", params, Response(200, {"Items": [item], "Count": 1}, elapsed=elapsed))


def run(exchanges: int, browser: str) -> None:
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder, output = Path(name) / "cassettes", Path(name) / "page.html"
        for number in range(FILES):
            each = [exchange(n, chance) for n in range(number, exchanges, FILES)]
            write(folder / f"test_{number}.ddb.msgpack", Header(node_id=f"test_shop.py::test_{number}"), each)
        began = time.perf_counter()
        done = CliRunner().invoke(main, ["view", str(folder), "-o", str(output)])
        assert done.exit_code == 0, done.output
        print(f"made in {time.perf_counter() - began:.2f} s, {output.stat().st_size / 1e6:.1f} MB")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            opened = []
            for _ in range(5):
                page = chromium.new_page(viewport={"width": 1400, "height": 900})
                began = time.perf_counter()
                page.goto(output.as_uri(), wait_until="commit")
                page.wait_for_selector("html[data-ready] .row")
                opened.append(time.perf_counter() - began)
                if len(opened) < 5:
                    page.close()
            print("opened in", ", ".join(f"{seconds:.2f}" for seconds in opened), "s")
            longest = page.evaluate(
                """() => new Promise((done) => {
                    const list = document.querySelector(".list"), end = list.scrollHeight, steps = 120;
                    let step = 0, last = performance.now(), longest = 0;
                    const next = (now) => {
                        longest = Math.max(longest, now - last); last = now;
                        list.scrollTop = end * step++ / steps;
                        step > steps ? done(longest) : requestAnimationFrame(next);
                    };
                    requestAnimationFrame(next);
                })"""
            )
            print(f"scrolled through, longest frame {longest:.0f} ms")
            for key, what in (("2", "tables"), ("3", "capacity")):
                began = time.perf_counter()
                page.keyboard.press(key)
                page.evaluate("() => new Promise(requestAnimationFrame)")
                print(f"{what} in {time.perf_counter() - began:.2f} s")
            chromium.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exchanges", type=int, default=10_000)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    given = parser.parse_args()
    run(given.exchanges, given.browser)
