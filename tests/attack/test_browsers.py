"""Web pages: none of another site may ask a server, read what it says or make it do anything, unless it is allowed."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from pytest_dynamodb import ConfigurationError, MockProvider, Provider, Request, Response
from pytest_dynamodb.cli import main
from pytest_dynamodb.server import running

CREATE = {
    "TableName": "t",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.CreateTable",
    "X-Amz-Date": "20260801T120000Z",
    "Authorization": "AWS4-HMAC-SHA256 Credential=a/20260801/us-east-1/dynamodb/aws4_request, SignedHeaders=host, "
    "Signature=0",
}


class Counting(Provider):
    """Answers everything, and counts."""

    offline = True

    def __init__(self) -> None:
        self.calls = 0

    def before(self, request: Request) -> Response:
        self.calls += 1
        return Response(200, {"secret": "of this machine"})


def sent(url: str, headers: dict[str, str], *, method: str = "POST", host: str | None = None) -> tuple[int, str, str]:
    """Status, body and CORS header of the answer; a ``host`` that is empty is not sent."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    connection.putrequest(method, "/", skip_host=host is not None)
    body = json.dumps(CREATE).encode() if method == "POST" else b""
    if host:
        connection.putheader("Host", host)
    for name, value in {**HEADERS, **headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    said = answer.status, answer.read().decode(), answer.headers.get("Access-Control-Allow-Origin", "")
    connection.close()
    return said


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Counting]]:
    provider = Counting()
    with running(provider) as url:
        yield url, provider


# --- over HTTP ---

FROM_ELSEWHERE = {
    "another site": {"Origin": "https://evil.example"},
    "a sandbox": {"Origin": "null"},
    "this machine, another port": {"Origin": "http://localhost:3000"},
    "the same name over TLS, another port": {"Origin": "https://127.0.0.1"},
    "nonsense": {"Origin": "\x80"},
    "two": {"Origin": "http://evil.example, http://localhost"},
    "a simple form": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    "a neighbour": {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
}


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "GET", "HEAD", "PUT"])
@pytest.mark.parametrize("headers", FROM_ELSEWHERE.values(), ids=FROM_ELSEWHERE)
def test_what_comes_from_another_site_is_refused(
    served: tuple[str, Counting], headers: dict[str, str], method: str
) -> None:
    url, provider = served
    before = provider.calls
    status, body, allowed = sent(url, {**headers, "Access-Control-Request-Method": "POST"}, method=method)
    assert (status, allowed, provider.calls) == (403, "", before)
    assert method == "HEAD" or "--allow-origin" in body


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "localhost, evil.example",
        "user@localhost",
        "127.0.0.1 evil",
        "1.2.3",
        "[::1].evil.example",
        "\x80.localhost",
    ],
)
def test_a_name_that_somebody_else_may_own_is_refused(served: tuple[str, Counting], host: str) -> None:
    url, provider = served
    before = provider.calls
    status, body, _ = sent(url, {}, host=host)
    assert (status, provider.calls) == (403, before)
    assert "--allow-host" in body


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "10.0.0.7", "dynamodb:8000", "a.localhost", "x_1"],
)
def test_programs_ask_under_any_name_of_this_machine(served: tuple[str, Counting], host: str) -> None:
    assert sent(served[0], {}, host=host)[0] == 200


def test_programs_say_nothing_of_sites_and_are_answered(served: tuple[str, Counting]) -> None:
    assert sent(served[0], {})[::2] == (200, "")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    ],
)
def test_somebody_who_opens_a_page_of_the_server_is_answered(
    served: tuple[str, Counting], headers: dict[str, str]
) -> None:
    assert sent(served[0], headers, method="GET")[0] == 200


def test_a_page_of_the_server_itself_may_ask(served: tuple[str, Counting]) -> None:
    assert sent(served[0], {"Origin": served[0], "Sec-Fetch-Site": "same-origin"})[::2] == (200, "")


def test_a_page_of_another_site_is_not_shown_within_one(served: tuple[str, Counting]) -> None:
    framed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    assert sent(served[0], framed, method="GET")[0] == 403


def test_who_is_allowed_may_ask_and_nobody_else() -> None:
    with running(Counting(), origins=["http://localhost:3000"]) as url:
        mine = {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}
        assert sent(url, mine)[::2] == (200, "http://localhost:3000")
        assert sent(url, {**mine, "Access-Control-Request-Method": "POST"}, method="OPTIONS")[0] == 200
        for other in ("http://localhost:3001", "https://localhost:3000", "http://localhost:30000", "null"):
            assert sent(url, {"Origin": other})[::2] == (403, "")
    with running(Counting(), origins=["*"]) as url:
        assert sent(url, {"Origin": "null"})[::2] == (200, "*")


def test_names_can_be_added() -> None:
    with running(Counting(), hosts=["DynamoDB.example.com"]) as url:
        assert sent(url, {}, host="dynamodb.example.com:8000")[0] == 200
        assert sent(url, {}, host="other.example.com")[0] == 403
    with running(Counting(), hosts=["*"]) as url:
        assert sent(url, {}, host="other.example.com")[0] == 200


@pytest.mark.parametrize("wrong", [{"origins": ["localhost"]}, {"origins": ["http://a/b"]}, {"hosts": ["http://a"]}])
def test_what_is_no_origin_and_no_name_is_said(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="such as"), running(Counting(), **wrong):
        pass


@pytest.mark.parametrize("option", ["--allow-origin=localhost", "--allow-host=http://a"])
def test_so_does_the_command(option: str) -> None:
    done = CliRunner().invoke(main, ["serve", "--port=0", option])
    assert (done.exit_code, "such as" in done.output) == (2, True)


# --- malformed requests ---

REQUESTS = {
    "nothing": b"\r\n\r\n",
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no version": b"POST /\r\n\r\n",
    "a version to come": b"POST / HTTP/9.9\r\nHost: a\r\n\r\n",
    "a line that never ends": b"POST /" + b"a" * 100_000,
    "many headers": b"POST / HTTP/1.1\r\n" + b"".join(b"x%d: y\r\n" % n for n in range(20_000)) + b"\r\n",
    "a header in two lines": b"POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: b\r\n c\r\n\r\n",
    "a header without a colon": b"POST / HTTP/1.1\r\nHost a\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "a length below nothing": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "a length beyond all": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "chunks that are none": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk beyond all": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    "zeros": bytes(3000),
    "half a request": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a proxy's request": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
def test_a_malformed_request_calls_nobody_and_the_next_one_is_answered(
    served: tuple[str, Counting], request_bytes: bytes
) -> None:
    url, provider = served
    before, parts = provider.calls, urlsplit(url)
    with (
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=120) as wire,
        suppress(ConnectionError),  # it may hang up before everything is said
    ):
        wire.sendall(request_bytes)
        wire.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
        assert not answer or re.match(rb"HTTP/1.[01] (400|403|404|405|413|414|431|501|505) ", answer), answer[:80]
    assert provider.calls == before
    assert sent(url, {})[0] == 200


# --- in Chromium ---

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGE = """<!doctype html><title>x</title><pre id=out></pre><img id=img><script>
const url = %(url)s, headers = %(headers)s, body = %(body)s, out = {};
async function ask(name, how) {
  try { const answer = await fetch(url, how); out[name] = answer.status + " " + (await answer.text()).slice(0, 60); }
  catch (problem) { out[name] = "refused"; }
}
(async () => {
  await ask("read", {method: "GET"});
  await ask("call", {method: "POST", headers, body});
  await ask("simple", {method: "POST", mode: "no-cors", body});
  await ask("plain", {method: "POST", headers: {"Content-Type": "text/plain"}, body});
  document.getElementById("out").textContent = JSON.stringify(out);
})();
</script>"""


@contextmanager
def site(page: str) -> Iterator[int]:
    """The port of a web site with one page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def seen_by_chromium(address: str, folder: Path) -> str:
    """The page at ``address`` as its scripts have left it; every name under ``.example`` leads to this machine."""
    assert CHROMIUM is not None
    switches = ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "dump-dom")
    settings = {
        "host-resolver-rules": "MAP *.example 127.0.0.1",
        "user-data-dir": str(folder),
        "virtual-time-budget": "20000",
    }
    done = subprocess.run(
        [CHROMIUM, *(f"--{one}" for one in switches), *(f"--{k}={v}" for k, v in settings.items()), address],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "HOME": str(folder)},
    )
    assert "<html" in done.stdout, done.stderr
    return done.stdout


in_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: apt-get install chromium")


@in_chromium
@pytest.mark.parametrize("allowed", [False, True], ids=["not allowed", "allowed"])
def test_chromium_lets_a_page_of_another_site_in_only_where_it_is_allowed(tmp_path: Path, *, allowed: bool) -> None:
    page = PAGE.replace("%(headers)s", json.dumps(HEADERS)).replace("%(body)s", json.dumps(json.dumps(CREATE)))
    with running(MockProvider(), origins=["*"] if allowed else []) as url:
        with site(page.replace("%(url)s", json.dumps(url))) as port:
            seen = seen_by_chromium(f"http://localhost:{port}/", tmp_path)
        tables = listed(url)
    found = re.search(r"<pre id=\"out\">(.+?)</pre>", seen, re.DOTALL)
    assert found is not None, seen
    answers = json.loads(unescape(found[1]))
    if allowed:
        assert answers["call"].startswith("200 ")
        assert answers["read"].startswith("200 healthy")
        assert tables == ["t"]
    else:
        assert answers == {"read": "refused", "call": "refused", "simple": "0 ", "plain": "refused"}
        assert tables == []


@in_chromium
def test_neither_does_a_site_get_in_whose_name_leads_here(tmp_path: Path) -> None:
    """DNS rebinding: to the browser it is one site, so that nothing but the name tells."""
    with running(MockProvider()) as url:
        seen = seen_by_chromium(f"http://evil.example:{urlsplit(url).port}/", tmp_path)
    assert "UnknownHost" in seen
    assert "healthy" not in seen


def listed(url: str) -> list[str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    connection.request("POST", "/", b"{}", {**HEADERS, "X-Amz-Target": "DynamoDB_20120810.ListTables"})
    names: list[str] = json.loads(connection.getresponse().read())["TableNames"]
    connection.close()
    return names
