"""`pytest-dynamodb serve` beside other servers, over one connection each and the same bytes, and through boto3.

Each is warmed up first where it compiles what is called often. What they answer is compared with what ours answers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

from benchmarks.measuring import Sample
from benchmarks.proof.endpoints import OURS, Connection, Running, Server, started
from benchmarks.proof.results import Contest, Series
from benchmarks.proof.sizes import Sizes
from benchmarks.traffic import client, item, key_of

TABLE = "benchmark"
PARTITION = 100
"""Items of a partition."""
CREATE = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
}


def stored(number: int) -> dict[str, Any]:
    return {**item(key_of(number // PARTITION)), "sk": {"S": f"{number % PARTITION:03d}"}}


KEY = {name: stored(42)[name] for name in ("pk", "sk")}
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "GetItem": ("GetItem", {"TableName": TABLE, "Key": KEY}),
    "PutItem": ("PutItem", {"TableName": TABLE, "Item": stored(42)}),
    "UpdateItem": (
        "UpdateItem",
        {
            "TableName": TABLE,
            "Key": KEY,
            "UpdateExpression": "SET n = :n",
            "ExpressionAttributeValues": {":n": {"N": "42"}},
            "ReturnValues": "ALL_NEW",
        },
    ),
    "Query of 10": (
        "Query",
        {
            "TableName": TABLE,
            "KeyConditionExpression": "pk = :k AND sk BETWEEN :a AND :b",
            "ExpressionAttributeValues": {":k": KEY["pk"], ":a": {"S": "050"}, ":b": {"S": "059"}},
        },
    ),
}


def fill(connection: Connection, items: int) -> None:
    connection.send(connection.request("CreateTable", CREATE))
    while b'"ACTIVE"' not in connection.send(connection.request("DescribeTable", {"TableName": TABLE})):
        time.sleep(0.05)  # a server that takes its time tells nobody when it is done
    for first in range(0, items, 25):
        puts = [{"PutRequest": {"Item": stored(number)}} for number in range(first, min(first + 25, items))]
        connection.send(connection.request("BatchWriteItem", {"RequestItems": {TABLE: puts}}))


def timed(running: Running, send: Callable[[], object], calls: int) -> Sample:
    """Microseconds a call, and of the server's processors' time."""
    cpu, began = running.cpu(), time.perf_counter()
    for _ in range(calls):
        send()
    wall = time.perf_counter() - began
    return Sample(wall / calls * 1e6, (running.cpu() - cpu) / calls * 1e6)


Opened = Callable[[], Callable[[], object]]
"""Opens a connection and gives what sends one request over it."""


def rounds_of(
    opened: dict[str, tuple[Running, Opened]], sizes: Sizes, requests: int, skipped: dict[str, str]
) -> dict[str, Series]:
    """In turn, each second round backwards. A round has a connection of its own, as some close those that wait."""
    told: dict[str, list[Sample]] = {name: [] for name in opened}
    for number in range(sizes.rounds):
        names = list(told)
        for name in reversed(names) if number % 2 else names:
            running, connect = opened[name]
            try:
                send = connect()
                send()
                told[name].append(timed(running, send, max(5, int(requests * running.server.pace))))
            except OSError as problem:
                skipped[name] = str(problem)
                del told[name]
    return {name: Series.of(samples) for name, samples in told.items()}


def starting(servers: list[Server], sizes: Sizes, skipped: dict[str, str]) -> Iterator[Contest]:
    """From starting the process to its first answer, and what it then keeps in memory."""
    told: dict[str, list[Sample]] = {}
    memory: dict[str, list[Sample]] = {}
    for number in range(sizes.starts + 1):
        for server in reversed(servers) if number % 2 else list(servers):
            began = time.perf_counter()
            try:
                with started(server) as running:
                    took = Sample(time.perf_counter() - began, running.cpu())
                    if number:  # the first one fills caches
                        told.setdefault(server.name, []).append(took)
                        memory.setdefault(server.name, []).append(Sample(running.memory()))
            except (RuntimeError, OSError) as problem:
                skipped[server.name] = str(problem)
                servers.remove(server)
                told.pop(server.name, None), memory.pop(server.name, None)
    yield Contest("serve", "starting it, to the first answer", "s", OURS, _series(told, servers))
    yield Contest("memory", "a server that has just started", "MiB", OURS, _series(memory, servers))


def _series(told: dict[str, list[Sample]], servers: list[Server]) -> dict[str, Series]:
    return {server.name: Series.of(told[server.name]) for server in servers if server.name in told}


def measured(servers: list[Server], sizes: Sizes, skipped: dict[str, str]) -> Iterator[Contest]:
    yield from starting(servers, sizes, skipped)
    with ExitStack() as stack:
        running: dict[str, Running] = {}
        answers: dict[str, dict[str, Any]] = {}
        for server in servers:
            try:
                one = stack.enter_context(started(server))
                answers[server.name] = prepared(one, sizes)
            except (RuntimeError, OSError) as problem:
                skipped[server.name] = str(problem)
            else:
                running[server.name] = one
        kept = {name: Series.of([Sample(one.memory())]) for name, one in running.items()}
        yield Contest("memory", f"a server with {sizes.stored:,} items", "MiB", OURS, kept)
        for title, request in REQUESTS.items():
            opened = {}
            for name, one in running.items():
                if not _says(answers[name][title], answers[OURS][title]):
                    skipped[f"{name}, {title}"] = "answers otherwise than ours, and so is not compared"
                else:
                    opened[name] = one, _sender(one.url, request)
            yield Contest("serve", title, "µs", OURS, rounds_of(opened, sizes, sizes.requests, skipped))
        through = {name: (one, _caller(one.url)) for name, one in running.items()}
        title = "GetItem through boto3, whose own work comes on top"
        yield Contest("serve", title, "µs", OURS, rounds_of(through, sizes, sizes.requests // 5, skipped))


def prepared(running: Running, sizes: Sizes) -> dict[str, Any]:
    """Fill and warm up; what it answers to each request. Raises ``OSError`` if it answers with an error."""
    connection = Connection(running.url)
    fill(connection, sizes.stored)
    requests = {title: connection.request(*request) for title, request in REQUESTS.items()}
    answers = {title: json.loads(connection.send(request)) for title, request in requests.items()}
    for request in requests.values():
        for _ in range(sizes.warm if running.server.warms else sizes.warm // 100):
            connection.send(request)
    connection.close()
    return answers


def _says(answer: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Whether all of ours is in an answer: moto adds a ConsumedCapacity that nobody asked for."""
    return {name: answer.get(name) for name in ours} == ours


def _sender(url: str, request: tuple[str, dict[str, Any]]) -> Opened:
    def opened() -> Callable[[], object]:
        connection = Connection(url)
        sent = connection.request(*request)
        return lambda: connection.send(sent)

    return opened


def _caller(url: str) -> Opened:
    boto = client(url)
    return lambda: lambda: boto.get_item(TableName=TABLE, Key=KEY)
