"""Rules of ExportTableToPointInTime (ack-api-quirks, DDB-EXPORT-001 to 005)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pytest_dynamodb.control.backups.backup import earliest, latest, no_table, recoverable
from pytest_dynamodb.control.backups.restore import INVALID_REQUEST
from pytest_dynamodb.control.tables.lookup import moment_in_zulu, moment_of
from pytest_dynamodb.engine.arns import access_denied, parse_arn
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for
from pytest_dynamodb.requests import Params

_INCREMENTAL: Final = "INCREMENTAL_EXPORT"
SHORTEST_SECONDS: Final = 15 * 60.0
LONGEST_SECONDS: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class ExportSpan:
    """What is exported: the state at ``end``, or what was written between ``begin`` and ``end``."""

    end: float
    begin: float | None = None


def exported_table(call: Call) -> Table:
    """The table of TableArn. Raises ValidationException, AccessDeniedException and TableNotFoundException."""
    text = call.params["TableArn"]
    arn = parse_arn(text)
    if arn is None or arn.service != "dynamodb" or not arn.resource.startswith("table/"):
        raise ValidationException("One or more parameter values were invalid: tableArn is not a valid ARN")
    if arn.table is None:
        raise ValidationException(f"{INVALID_REQUEST}Table ARN is invalid.")
    if arn.account != call.region.account:
        raise access_denied()
    table = call.region.find(arn.table, call.clock.now()) if arn.region == call.region.name else None
    if table is None or table.settings.status == "CREATING":
        raise no_table(text)
    return table


def check_export(params: Params) -> None:
    """Raise ValidationException for conflicting members, and for what this engine cannot write."""
    kind, spec = params.get("ExportType"), params.get("IncrementalExportSpecification")
    if spec is not None and kind is None:
        raise _invalid(
            "Export Type expected to be Incremental Export when incremental export specification is provided"
        )
    if spec is not None and kind != _INCREMENTAL:
        raise _invalid("When Export Type is Full Export , Incremental Export Specification should not be provided")
    if kind == _INCREMENTAL and spec is None:
        raise _invalid("Incremental Export Specification expected when export type is set as Incremental Export")
    if spec is not None and spec.get("ExportFromTime") is None:
        raise _invalid("ExportFromTime must be provided in IncrementalExportSpecification")
    if params.get("S3SseKmsKeyId") is not None and params.get("S3SseAlgorithm") != "KMS":
        raise _invalid("KMS Key Id is not supported for this encryption type")
    if params.get("FilterSpecification") == {}:
        raise _invalid("Invalid FilterSpecification: The specification can not be empty")
    _check_supported(params)


def _check_supported(params: Params) -> None:
    """The messages are not AWS's."""
    if params.get("FilterSpecification") and params.get("ExportType") == _INCREMENTAL:
        raise _invalid("this in-memory DynamoDB exports changes without FilterSpecification")
    if params.get("ExportFormat") == "ION":
        raise _invalid("this in-memory DynamoDB exports in the format DYNAMODB_JSON, not ION")


def span_of(call: Call, table: Table) -> ExportSpan:
    """The time or the span of an export. Raises InvalidExportTimeException, and
    PointInTimeRecoveryUnavailableException.
    """
    params, now = call.params, call.clock.now()
    if params.get("ExportType") == _INCREMENTAL:
        return _increment(params["IncrementalExportSpecification"], table, now)
    recovery = recoverable(table)
    if params.get("ExportTime") is None:
        return ExportSpan(now)
    wanted = moment_of(params["ExportTime"])
    if wanted > now or wanted < earliest(recovery, now):
        raise _wrong_time("Export Time is invalid")
    if wanted > latest(recovery, now):
        raise _wrong_time("Point in Time Recovery is not available for specified export time")
    return ExportSpan(wanted)


def _increment(spec: Params, table: Table, now: float) -> ExportSpan:
    begin = moment_of(spec["ExportFromTime"])
    end = now if spec.get("ExportToTime") is None else moment_of(spec["ExportToTime"])
    recovery = table.settings.recovery
    since = table.settings.created if recovery is None else earliest(recovery, now)
    if recovery is None or begin < int(since):
        raise _wrong_time(
            "Incremental export period from time cannot be less than the table creation time : " + moment_in_zulu(begin)
        )
    if end > now:
        raise _wrong_time(
            f"Incremental export period to time cannot be greater than the current time : {moment_in_zulu(end)}"
        )
    between = "Difference between export period from time and export period to time is "
    if end - begin < SHORTEST_SECONDS:
        raise _wrong_time(between + "less than 15 minutes")
    if end - begin > LONGEST_SECONDS:
        raise _wrong_time(between + "greater than 24 hours")
    return ExportSpan(end, begin)


def _invalid(detail: str) -> ValidationException:
    return ValidationException(INVALID_REQUEST + detail)


def _wrong_time(message: str) -> DynamoDbError:
    return error_for("InvalidExportTimeException", message)
