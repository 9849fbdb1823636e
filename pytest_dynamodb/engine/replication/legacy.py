"""Global tables of the version of 2017, which AWS no longer makes (ack-api-quirks, DDB-GLOBALTABLE-001, 002, 004)."""

from __future__ import annotations

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for


def unsupported() -> ValidationException:
    """What AWS says to those who want one."""
    return ValidationException(
        "One or more parameter values were invalid: DynamoDB global tables version 2017.11.29 is not supported. "
        "We recommend using DynamoDB global tables version 2019.11.21, instead of version 2017.11.29 (Legacy)."
    )


def no_global_table(call: Call, before: str = "") -> DynamoDbError:
    """The error for one that there is not; those of the version of 2019 do not count."""
    name = call.params["GlobalTableName"]
    return error_for("GlobalTableNotFoundException", f"{before}Global table with name: '{name}' does not exist.")
