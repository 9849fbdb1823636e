"""The operations on global tables of version 2017, which AWS no longer makes."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for

# --- errors ---
# (ack-api-quirks, DDB-GLOBALTABLE-001, 002, 004)


def unsupported() -> ValidationException:
    """The error for creating one."""
    return ValidationException(
        "One or more parameter values were invalid: DynamoDB global tables version 2017.11.29 is not supported. "
        "We recommend using DynamoDB global tables version 2019.11.21, instead of version 2017.11.29 (Legacy)."
    )


def no_global_table(call: Call, before: str = "") -> DynamoDbError:
    """The error for one that does not exist; global tables of version 2019 do not count."""
    name = call.params["GlobalTableName"]
    return error_for("GlobalTableNotFoundException", f"{before}Global table with name: '{name}' does not exist.")


# --- CreateGlobalTable ---


def create_global_table(_: Call) -> dict[str, Any]:
    """Raises ValidationException: AWS no longer makes tables of version 2017."""
    raise unsupported()


# --- DescribeGlobalTable ---


def describe_global_table(call: Call) -> dict[str, Any]:
    """Raises GlobalTableNotFoundException: there are none of version 2017."""
    raise no_global_table(call, "Global table not found: ")


# --- DescribeGlobalTableSettings ---


def describe_global_table_settings(call: Call) -> dict[str, Any]:
    """Raises GlobalTableNotFoundException: there are none of version 2017."""
    raise no_global_table(call)


# --- ListGlobalTables ---


def list_global_tables(_: Call) -> dict[str, Any]:
    return {"GlobalTables": []}


# --- UpdateGlobalTable ---


def update_global_table(call: Call) -> dict[str, Any]:
    """Raises GlobalTableNotFoundException, or ValidationException if replicas are to be added."""
    updates = call.params["ReplicaUpdates"]
    if not updates:
        raise ValidationException("One or more parameter values were invalid")
    if any(update.get("Create") for update in updates):
        raise unsupported()
    raise no_global_table(call)


# --- UpdateGlobalTableSettings ---


def update_global_table_settings(call: Call) -> dict[str, Any]:
    """Raises GlobalTableNotFoundException: there are none of version 2017."""
    raise no_global_table(call)
