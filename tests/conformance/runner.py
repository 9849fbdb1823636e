"""Runs a case against whatever answers DynamoDB requests."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cases import Case, Step, table_definitions
from expectations import differences, shown
from tables import create_table_params
from templates import fill

Json = Any

Call = Callable[[str, dict[str, Json]], tuple[int, Json]]
"""An operation and its wire parameters to an HTTP status and a wire body."""

PAGES = {
    "Query": ("ExclusiveStartKey", "LastEvaluatedKey", ("Items",)),
    "Scan": ("ExclusiveStartKey", "LastEvaluatedKey", ("Items",)),
    "ListTables": ("ExclusiveStartTableName", "LastEvaluatedTableName", ("TableNames",)),
    "ListTagsOfResource": ("NextToken", "NextToken", ("Tags",)),
    "BatchGetItem": ("RequestItems", "UnprocessedKeys", ()),
    "BatchWriteItem": ("RequestItems", "UnprocessedItems", ()),
}
"""Of operations that answer in parts: where the next part's start comes from and goes to, and what adds up."""

ENVELOPE = "1 validation error detected: "
"""What the newer dialect puts some operations' messages in; cases about it spell it out."""

SETTLED_WITHIN = 300.0  # seconds a real table may take to become active, or to be gone
EVENTUAL = frozenset({"Query", "Scan", "BatchGetItem", "GetItem", "DescribeTable", "ListTagsOfResource", "ListTables"})


@dataclass(frozen=True)
class Target:
    """Something that answers requests.

    ``dialect``   whose wording of messages it is asked for
    ``patience``  seconds within which an eventually consistent read may still become the expected one
    ``wait``      seconds between two looks at a table that is being made
    ``advance``   lets time pass, where that can be done
    ``sdk``       requests go through an SDK, which sends no malformed ones
    ``words``     whether its messages are compared, too, or its errors' codes alone
    ``suffix``    of table names: what keeps two runs apart
    """

    name: str
    call: Call
    dialect: str = "classic"
    patience: float = 0.0
    wait: float = 0.0
    advance: Callable[[float], None] | None = None
    sdk: bool = False
    words: bool = True
    suffix: str = ""

    def runs(self, case: Case) -> str:
        """Why this target cannot run a case; empty if it can."""
        if self.sdk and not case.sdk:
            return "no SDK would send this"
        if self.advance is None and any(step.later for step in case.steps):
            return "time cannot be moved here"
        return ""


class CaseFailed(AssertionError):
    """An answer is not the expected one. The message tells the step, the request and each difference.

    ``short`` is the first difference alone.
    """

    def __init__(self, message: str, *, short: str = "") -> None:
        super().__init__(message)
        self.short = short or message


def run_case(case: Case, target: Target) -> None:
    """Create the case's tables, take its steps, delete the tables. Raises ``CaseFailed``."""
    variables: dict[str, Json] = {}
    for alias in (*case.tables, *case.names):
        variables[alias.replace("-", "_")] = case.table_name(alias, target.suffix)
    names = list(variables.values())
    variables["token"] = hashlib.sha256(case.table_name("token", target.suffix).encode()).hexdigest()[:36]
    try:
        for alias in case.tables:
            _create(case, target, alias)
        for number, step in enumerate(case.steps, start=1):
            _take(case, target, step, number, variables)
    finally:
        for name in names:
            _delete(target, name)


def _create(case: Case, target: Target, alias: str) -> None:
    params = create_table_params(table_definitions()[alias], case.table_name(alias, target.suffix))
    status, body = target.call("CreateTable", params)
    if status != 200:
        raise CaseFailed(f"{case.id}: table {alias} cannot be created: {status} {shown(body)}")
    settle(target, params["TableName"])


def settle(target: Target, table: str) -> None:
    """Wait until a table and its indexes are active, or gone."""
    deadline = time.monotonic() + SETTLED_WITHIN
    while time.monotonic() < deadline:
        status, body = target.call("DescribeTable", {"TableName": table})
        if status != 200 or _active(body["Table"]):
            return
        if target.advance is not None:
            target.advance(1)
        time.sleep(target.wait)
    raise CaseFailed(f"{table} is not active after {SETTLED_WITHIN} seconds")


def _active(table: Json) -> bool:
    indexes = table.get("GlobalSecondaryIndexes", [])
    return table["TableStatus"] == "ACTIVE" and all(index.get("IndexStatus") == "ACTIVE" for index in indexes)


def _delete(target: Target, name: str) -> None:
    """Delete a table if it is there, protected or not."""
    with suppress(Exception):  # whatever this says, it would hide what the case says
        status, _ = target.call("DeleteTable", {"TableName": name})
        if status != 200:
            unprotected, _ = target.call("UpdateTable", {"TableName": name, "DeletionProtectionEnabled": False})
            if unprotected == 200:
                settle(target, name)
                target.call("DeleteTable", {"TableName": name})


def _take(case: Case, target: Target, step: Step, number: int, variables: dict[str, Json]) -> None:
    if step.later:
        assert target.advance is not None, "asked by Target.runs"
        target.advance(step.later)
        return
    if step.operation == "Settled":  # no operation of AWS's: wait for a table that a step made or changed
        settle(target, fill(step.params, variables))
        return
    for time_ in range(step.expected.get("times", 1)):
        inner = {**variables, "i": time_}
        params = fill(step.params, inner)
        status, body, problems = _patiently(target, step, params, inner)
        if problems:
            where = f"step {number}, {step.operation}"
            told = [f"request {shown(json.dumps(params), 600)}", f"answer {status} {shown(body)}"]
            raise CaseFailed("\n".join([case.id, where, *problems, *told]), short=f"{where}: {problems[0]}")
        for name, path in step.expected.get("save", {}).items():
            variables[name] = _found(body, path)


def _patiently(target: Target, step: Step, params: Json, variables: dict[str, Json]) -> tuple[int, Json, list[str]]:
    deadline = time.monotonic() + (target.patience if step.operation in EVENTUAL else 0)
    while True:
        status, body = _answer(target, step, params)
        problems = list(_problems(step, status, body, variables, target))
        if not problems or time.monotonic() >= deadline:
            return status, body, problems
        time.sleep(max(target.wait, 0.1))


def _answer(target: Target, step: Step, params: Json) -> tuple[int, Json]:
    if "pages" not in step.expected:
        return target.call(step.operation, params)
    start, follows, lists = PAGES[step.operation]
    whole: dict[str, Json] = {}
    pages = 0
    while True:
        status, body = target.call(step.operation, params)
        if status != 200:
            return status, body
        pages += 1
        _add(whole, body, lists)
        if not body.get(follows) or pages > 1000:
            return 200, {**whole, "Pages": pages}
        params = {**params, start: body[follows]}


def _add(whole: dict[str, Json], body: dict[str, Json], lists: tuple[str, ...]) -> None:
    """Lists grow, counts add up, `Responses` grow table by table; the rest is left out."""
    for name in lists:
        whole[name] = [*whole.get(name, []), *body.get(name, [])]
    for name in ("Count", "ScannedCount"):
        if name in body:
            whole[name] = whole.get(name, 0) + body[name]
    for table, items in body.get("Responses", {}).items():
        whole.setdefault("Responses", {}).setdefault(table, []).extend(items)


def _problems(step: Step, status: int, body: Json, variables: dict[str, Json], target: Target) -> list[str]:
    wanted = step.expected
    found: list[str] = []
    expected_status = wanted.get("status", 400 if "error" in wanted else 200)
    if status != expected_status:
        found.append(f"status {status} instead of {expected_status}")
    if "error" in wanted:
        found.extend(_error_problems(wanted, body, variables, target))
    if "answer" in wanted:
        found.extend(differences(fill(wanted["answer"], variables), body))
    if "includes" in wanted:
        found.extend(differences({"$includes": fill(wanted["includes"], variables)}, body))
    if "absent" in wanted:
        found.extend(differences({"$absent": wanted["absent"]}, body))
    found.extend(f"nothing at {path} to save" for path in wanted.get("save", {}).values() if not _has(body, path))
    return found


def _error_problems(wanted: Any, body: Json, variables: dict[str, Json], target: Target) -> list[str]:
    code = str(body.get("__type", "")).rsplit("#", 1)[-1] if isinstance(body, dict) else ""
    found = list(differences(wanted["error"], code, "error"))
    if "message" in wanted and target.words:
        message = wanted["message"]
        if isinstance(message, dict) and "classic" in message:
            message = message.get(target.dialect, message["classic"])
        elif target.dialect != "classic" and isinstance(message, str):
            message = {
                "$one_of": [message, ENVELOPE + message]
            }  # told for one dialect, and which operation has it is not
        given = body.get("message", body.get("Message")) if isinstance(body, dict) else None
        found.extend(differences(fill(message, variables), given, "message"))
    return found


def _found(body: Json, path: str) -> Json:
    """A member of an answer by a path such as ``Items.0.pk``."""
    for part in path.split("."):
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body


def _has(body: Json, path: str) -> bool:
    try:
        _found(body, path)
    except LookupError:
        return False
    return True
