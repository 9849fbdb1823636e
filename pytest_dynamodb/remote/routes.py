"""What can be asked of the control plane: a row for each method and path. The description is made of it, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from importlib import import_module
from typing import Any, Final

from pytest_dynamodb.cassette.choices import MODES, ORDERS
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.faults import Fault
from pytest_dynamodb.remote.description import Body, Route, RouteMember, description
from pytest_dynamodb.remote.tests import ServedTest, ServedTests
from pytest_dynamodb.view import page
from pytest_dynamodb.view.run import run_data

# --- answers ---


def _begin(tests: ServedTests, _: ServedTest, body: Body) -> Any:
    given = dict(body)
    return _begun(tests.begin(given.pop("name"), **given))


def _begun(test: ServedTest) -> Any:
    return {
        "id": test.id,
        "access_key_id": test.access_key_id,
        "provider": test.provider_name,
        "exists": test.cassette.exists,
    }


def _end(tests: ServedTests, test: ServedTest, body: Body) -> Any:
    return tests.end(test, passed=body.get("passed", True))


def _snapshot(_: ServedTests, test: ServedTest, __: Body) -> Any:
    return {"snapshot": test.snapshot()}


def _restore(_: ServedTests, test: ServedTest, body: Body) -> Any:
    test.restore(body["snapshot"])
    return {}


def _load(_: ServedTests, test: ServedTest, body: Body) -> Any:
    return {"used": test.load(body["tables"])}


def _clock(_: ServedTests, test: ServedTest, body: Body) -> Any:
    advance = body.get("advance")
    if advance is not None:
        if not 0 <= advance < float("inf"):
            raise ConfigurationError(f"a clock cannot go back: advance is {advance}")
        test.mock.clock.advance(advance)
    return {"now": test.mock.engine.clock.now()}


FAULTS: Final = (
    "ConnectionLost", "Failed", "InternalError", "Slow", "Throttled", "TimedOut", "TransactionConflict", "Unavailable",
    "Unprocessed",
)  # fmt: skip
"""The kinds of faults that can be planned, by the names of their classes."""


def _faults(_: ServedTests, test: ServedTest, body: Body) -> Any:
    given = dict(body)
    if given:
        kind = given.pop("kind", None)
        if kind not in FAULTS:
            raise ConfigurationError(f"kind is one of {', '.join(FAULTS)}, not {kind!r}")
        make: Any = getattr(import_module("pytest_dynamodb.faults"), kind)
        if isinstance(given.get("operation"), list):
            given["operation"] = tuple(given["operation"])
        if isinstance(given.get("key"), dict):  # as JSON has them: DynamoDB's numbers are no binary fractions
            given["key"] = {n: Decimal(str(v)) if isinstance(v, float) else v for n, v in given["key"].items()}
        try:
            fault: Fault = make(**given)
        except TypeError as problem:
            raise ConfigurationError(f"{kind}: {problem}") from None
        test.faults.add(fault)
    return {"pending": [repr(each) for each in test.faults.pending]}


def _explain(_: ServedTests, test: ServedTest, body: Body) -> Any:
    found = test.mock.explain(body["operation"], body.get("params", {}))
    return {**asdict(found), "units": dict(found.units), "text": str(found)}


def _memo(_: ServedTests, test: ServedTest, body: Body) -> Any:
    return {"value": test.cassette.memo(body["name"], lambda: body.get("value"))}


def _listed(tests: ServedTests, _: ServedTest, __: Body) -> Any:
    return {"running": [test.report() for test in tests.running], "ended": list(tests.ended.values())}


def _page(tests: ServedTests, _: ServedTest, __: Body) -> Any:
    return page(run_data(list(tests.shown.values())))


def _description(_: ServedTests, __: ServedTest, ___: Body) -> Any:
    return description(ROUTES)


# --- the rows ---

_NAME = RouteMember(type="string", meaning="what the test is called", required=True)
_TABLES = RouteMember(
    type="object",
    meaning="tables by name as dump gives them, each with `table` (CreateTable's parameters) and `items`; or a "
    "CloudFormation template",
    required=True,
)
_BEGUN: Final = {
    "id": RouteMember(type="string", meaning="the test's id, for paths and the header X-Dynamodb-Test", required=True),
    "access_key_id": RouteMember(
        type="string", meaning="sign with it, and a call belongs to the test without any header", required=True
    ),
    "provider": RouteMember(type="string", meaning="who answers: mock, replay, record or verify", required=True),
    "exists": RouteMember(type="boolean", meaning="whether there was a cassette", required=True),
}
_REPORT: Final = {
    "id": RouteMember(type="string", meaning="the test's id", required=True),
    "name": _NAME,
    "provider": RouteMember(type="string", meaning="who answered", required=True),
    "cassette": RouteMember(type="string", meaning="the cassette's file; empty where the mock answered", required=True),
    "replayed": RouteMember(type="number", meaning="recordings that have answered", required=True),
    "recorded": RouteMember(type="number", meaning="exchanges that were recorded", required=True),
    "mocked": RouteMember(type="number", meaning="exchanges that the mock answered", required=True),
    "missed": RouteMember(type="number", meaning="requests that no recording answered", required=True),
    "traffic": RouteMember(
        type="object", meaning="exchanges, capacity units, scans, repeated reads and the slowest call", required=True
    ),
    "misses": RouteMember(type="array", meaning="the reports of the misses", required=True),
    "unplayed": RouteMember(type="array", meaning="recordings that were not asked for", required=True),
}

ROUTES: Final = (
    Route(
        method="GET", path="/openapi.json", name="describe", summary="This description; needs no token.",
        answer=_description,
    ),
    Route(
        method="POST", path="/tests", name="beginTest", answer=_begin,
        summary="Begin a test: with a cassette, or on a copy of the server's tables.",
        takes={
            "name": _NAME,
            "cassette": RouteMember(type="string", meaning="its cassette, by a name such as `shop/adds an item`"),
            "mode": RouteMember(type="string", meaning="record mode; `none` unless given", choices=(*MODES, "all")),
            "provider": RouteMember(
                type="string", meaning="who answers, whatever the mode", choices=("mock", "replay", "record")
            ),
            "upstream": RouteMember(
                type="string", meaning="where recordings come from: `mock`, a copy of the server's tables, or a URL"
            ),
            "ignore": RouteMember(type="array", meaning="JMESPath of parameters that do not matter"),
            "redact": RouteMember(type="array", meaning="JMESPath of values that may not be recorded"),
            "order": RouteMember(type="string", meaning="`causal` unless given", choices=tuple(ORDERS)),
            "repeats": RouteMember(type="boolean", meaning="whether a recording answers more than once"),
            "on_unused": RouteMember(
                type="string", meaning="whether recordings left over fail the test: `ignore` unless given",
                choices=("ignore", "fail"),
            ),
        },
        gives=_BEGUN,
    ),
    Route(
        method="GET", path="/tests", name="listTests", answer=_listed,
        summary="The reports of all tests, under way and ended: the run's report.",
        gives={
            "running": RouteMember(type="array", meaning="reports of tests under way", required=True),
            "ended": RouteMember(type="array", meaning="reports of tests that have ended", required=True),
        },
    ),
    Route(
        method="GET", path="/report.html", name="showRun", summary="The tests that have ended as one HTML page.",
        answer=_page, content_type="text/html; charset=utf-8",
    ),
    Route(
        method="GET", path="/tests/{test}", name="reportTest", summary="What a test under way has asked so far.",
        answer=lambda _, test, __: test.report(), gives=_REPORT,
    ),
    Route(
        method="POST", path="/tests/{test}/end", name="endTest", answer=_end,
        summary="End a test; a recording is kept if it has passed. Calls of the test are refused from now on.",
        takes={"passed": RouteMember(type="boolean", meaning="whether the test has passed; true unless given")},
        gives={
            **_REPORT,
            "outcome": RouteMember(
                type="string", meaning="failed also where a request was missed", required=True,
                choices=("passed", "failed"),
            ),
            "problem": RouteMember(
                type="string", meaning="what to fail the test with: misses, drift; empty if nothing", required=True
            ),
        },
    ),
    Route(
        method="POST", path="/tests/{test}/fork", name="forkTest",
        summary="Begin a test on a copy of this one's tables.",
        answer=lambda tests, test, body: _begun(tests.fork(test, body["name"])), takes={"name": _NAME}, gives=_BEGUN,
    ),
    Route(
        method="POST", path="/tests/{test}/snapshot", name="takeSnapshot", summary="Keep what the tables hold now.",
        answer=_snapshot,
        gives={"snapshot": RouteMember(type="string", meaning="the name to restore it by", required=True)},
    ),
    Route(
        method="POST", path="/tests/{test}/restore", name="restoreSnapshot", summary="Put back what a snapshot holds.",
        answer=_restore, takes={"snapshot": RouteMember(type="string", meaning="the snapshot's name", required=True)},
    ),
    Route(
        method="POST", path="/tests/{test}/load", name="loadTables", summary="Make tables and put items into them.",
        answer=_load, exact=True, takes={"tables": _TABLES},
        gives={
            "used": RouteMember(type="boolean", meaning="false in a replay, which has no tables to load", required=True)
        },
    ),
    Route(
        method="GET", path="/tests/{test}/dump", name="dumpTables", summary="Every table with its items, by name.",
        answer=lambda _, test, __: test.mock.dump(),
    ),
    Route(
        method="POST", path="/tests/{test}/clock", name="moveClock", summary="What time it is, once it has moved.",
        answer=_clock, takes={"advance": RouteMember(type="number", meaning="seconds that pass; none unless given")},
        gives={"now": RouteMember(type="number", meaning="seconds since the epoch", required=True)},
    ),
    Route(
        method="POST", path="/tests/{test}/faults", name="planFault", answer=_faults,
        summary="Let something go wrong, or (without members) say what is still to happen.",
        takes={
            "kind": RouteMember(type="string", meaning="what goes wrong", choices=FAULTS),
            "operation": RouteMember(type="array", meaning="operations that it strikes; any unless given"),
            "table": RouteMember(type="string", meaning="the table that it strikes; any unless given"),
            "index": RouteMember(type="string", meaning="the index that it strikes"),
            "key": RouteMember(type="object", meaning="plain key attributes of the items that it strikes"),
            "nth": RouteMember(type="integer", meaning="which matching request is the first to be struck, from 1"),
            "times": RouteMember(type="integer", meaning="how many are struck; 1 unless given"),
            "committed": RouteMember(type="boolean", meaning="whether the request is carried out all the same"),
            "code": RouteMember(type="string", meaning="of Failed: the error's code"),
            "message": RouteMember(type="string", meaning="of Failed: its message"),
            "limit": RouteMember(type="string", meaning="of Throttled: which limit"),
            "on_demand": RouteMember(type="boolean", meaning="of Throttled: the table's billing mode"),
            "seconds": RouteMember(type="number", meaning="of Slow: how long the answer takes"),
            "count": RouteMember(type="integer", meaning="of Unprocessed: how many items come back"),
        },
        gives={"pending": RouteMember(type="array", meaning="the faults that are still to happen", required=True)},
    ),
    Route(
        method="POST", path="/tests/{test}/explain", name="explainRequest", answer=_explain,
        summary="What a request would read and cost; nothing changes.",
        takes={
            "operation": RouteMember(type="string", meaning="such as Query", required=True),
            "params": RouteMember(type="object", meaning="its parameters in DynamoDB JSON"),
        },
        gives={"text": RouteMember(type="string", meaning="all of it for people to read", required=True)},
    ),
    Route(
        method="POST", path="/tests/{test}/memo", name="rememberValue", answer=_memo,
        summary="A value that is made up anew each time: kept when recording, the same again in a replay.",
        takes={
            "name": RouteMember(type="string", meaning="what it is called", required=True),
            "value": RouteMember(type="any", meaning="what to keep where nothing is replayed"),
        },
        gives={"value": RouteMember(type="any", meaning="the value to use", required=True)},
    ),
    Route(
        method="GET", path="/tests/{test}/misses", name="listMisses", summary="What no recording answered.",
        answer=lambda _, test, __: {"misses": [miss.report for miss in test.cassette.misses]},
        gives={"misses": RouteMember(type="array", meaning="a report each", required=True)},
    ),
    Route(
        method="GET", path="/tests/{test}/unplayed", name="listUnplayed", summary="Recordings not asked for so far.",
        answer=lambda _, test, __: {"unplayed": test.unplayed()},
        gives={"unplayed": RouteMember(type="array", meaning="a line each", required=True)},
    ),
)  # fmt: skip
"""All there is to ask for, below ``/_dynamodb``."""

_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list,
    "any": object,
}  # fmt: skip


def checked(route: Route, body: Any) -> Body:
    """The members of a request. Raises ``ConfigurationError`` for one that is unknown, missing or of a wrong type."""
    if not isinstance(body, dict):
        raise ConfigurationError(f"{route.name} takes a JSON object")
    unknown = sorted(set(body) - set(route.takes))
    if unknown:
        raise ConfigurationError(f"{route.name} takes no {', '.join(unknown)}; it takes {', '.join(route.takes)}")
    for name, member in route.takes.items():
        if name not in body:
            if member.required:
                raise ConfigurationError(f"{route.name} needs {name}: {member.meaning}")
            continue
        value = body[name]
        is_no_number = isinstance(value, bool) and member.type in ("number", "integer")
        if is_no_number or not isinstance(value, _TYPES[member.type]):
            raise ConfigurationError(f"{route.name}: {name} is of type {member.type}, not {value!r:.80}")
        if member.choices and value not in member.choices:
            raise ConfigurationError(f"{route.name}: {name} is one of {', '.join(member.choices)}, not {value!r:.80}")
    return body
