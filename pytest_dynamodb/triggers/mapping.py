"""The settings of an event source mapping: which there are, what they are called here, and which are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.triggers.patterns import EventTest, matcher_of

# --- what each setting may be ---
# (Lambda developer guide, "Lambda parameters for Amazon DynamoDB event source mappings"; API reference,
# CreateEventSourceMapping.)

MAX_FILTERS: Final = 10
"""Five at first, ten after a raised quota (Lambda developer guide, "Understanding event filtering basics")."""

_RANGES: Final = {
    "batch_size": (1, 10_000),
    "batching_window": (0, 300),
    "parallelization_factor": (1, 10),
    "retry_attempts": (-1, 10_000),
    "record_age": (-1, 604_800),
    "tumbling_window": (0, 900),
}
_LEAST_AGE: Final = 60
"""CreateEventSourceMapping, MaximumRecordAgeInSeconds: -1, or at least a minute."""

_POSITIONS: Final = ("LATEST", "TRIM_HORIZON")


@dataclass(frozen=True)
class EventSourceMapping:
    """How the records of a stream are handed to a function.

    ``starting_position``   ``"LATEST"``: what is written from now on; ``"TRIM_HORIZON"``: all that the stream holds
    ``batch_size``          how many records a batch has at most
    ``batching_window``     how many seconds a batch that is not full waits for more
    ``filters``             event patterns, as objects or as JSON: a record that matches none is left out
    ``bisect``              whether a batch that failed is halved before it is tried again
    ``retry_attempts``      how often a batch that failed is tried again before it is discarded; -1: for ever
    ``record_age``          how many seconds old a record may be to be tried at all; -1: as old as the stream's may be
    ``report_failures``     whether the function's answer says which records of a batch failed: ``batchItemFailures``
    ``parallelization_factor``  among how many queues the items of a shard are shared out
    ``tumbling_window``     the seconds of a window through which the function carries a state; 0: no windows
    ``enabled``             ``False`` keeps the records waiting
    ``function_name``       what the function is told that it is called; the name of the Python function unless given
    ``destination``         the ARN to which AWS would send what is discarded; shown in ``Discarded``

    Raises ``ConfigurationError`` for what Lambda would not take.
    """

    starting_position: str = "LATEST"
    batch_size: int = 100
    batching_window: int = 0
    filters: Sequence[Mapping[str, Any] | str] = ()
    bisect: bool = False
    retry_attempts: int = -1
    record_age: int = -1
    report_failures: bool = False
    parallelization_factor: int = 1
    tumbling_window: int = 0
    enabled: bool = True
    function_name: str = ""
    destination: str = ""

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ConfigurationError(f"{name} is a whole number from {low} to {high}, not {value!r}")
        if self.record_age not in (-1, *range(_LEAST_AGE, _RANGES["record_age"][1] + 1)):
            raise ConfigurationError(f"record_age is -1 or at least {_LEAST_AGE} seconds, not {self.record_age}")
        if self.starting_position not in _POSITIONS:
            raise ConfigurationError(
                f"starting_position is {' or '.join(map(repr, _POSITIONS))}, not {self.starting_position!r}: "
                "AT_TIMESTAMP is for Kinesis streams and Kafka"
            )
        if len(self.filters) > MAX_FILTERS:
            raise ConfigurationError(f"a mapping has at most {MAX_FILTERS} filters, not {len(self.filters)}")
        self.wanted()

    def wanted(self) -> EventTest:
        """What the filters make of a record: without any, all are wanted."""
        either = [matcher_of(pattern) for pattern in self.filters]
        return lambda record: not either or any(matches(record) for matches in either)

    @classmethod
    def from_lambda(cls, parameters: Mapping[str, Any]) -> EventSourceMapping:
        """The mapping that parameters of CreateEventSourceMapping describe: those of a template, too.

        Raises ``ConfigurationError`` for a parameter that means nothing here, with the reason, and for an unknown one.
        EventSourceArn is among them: the table is named where the mapping is used.
        """
        told: dict[str, Any] = {}
        for name, value in parameters.items():
            if name in REFUSED:
                raise ConfigurationError(f"{name}: {REFUSED[name]}")
            if name not in PARAMETERS:
                raise ConfigurationError(f"{name} is no parameter of an event source mapping")
            told[PARAMETERS[name]] = _READ[name](value) if name in _READ else value
        return cls(**told)


def _patterns(value: Any) -> list[Any]:
    """FilterCriteria: ``{"Filters": [{"Pattern": "..."}]}``."""
    if not isinstance(value, Mapping) or set(value) - {"Filters"}:
        raise ConfigurationError(f"FilterCriteria is an object with Filters, not {value!r}")
    return [one["Pattern"] for one in value.get("Filters") or ()]


def _reports(value: Any) -> bool:
    if set(value) - {"ReportBatchItemFailures"}:
        raise ConfigurationError(f"FunctionResponseTypes may hold ReportBatchItemFailures, not {value!r}")
    return bool(value)


def _destination(value: Any) -> str:
    on_failure = value.get("OnFailure") if isinstance(value, Mapping) and set(value) <= {"OnFailure"} else None
    if not isinstance(on_failure, Mapping) or not isinstance(on_failure.get("Destination"), str):
        raise ConfigurationError(
            f"DestinationConfig of a stream is {{'OnFailure': {{'Destination': ARN}}}}, not {value!r}: "
            "OnSuccess is for asynchronous invocation"
        )
    arn: str = on_failure["Destination"]
    return arn


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "DestinationConfig": _destination,
    "FilterCriteria": _patterns,
    "FunctionResponseTypes": _reports,
}

PARAMETERS: Final = {
    "BatchSize": "batch_size",
    "BisectBatchOnFunctionError": "bisect",
    "DestinationConfig": "destination",
    "Enabled": "enabled",
    "FilterCriteria": "filters",
    "FunctionName": "function_name",
    "FunctionResponseTypes": "report_failures",
    "MaximumBatchingWindowInSeconds": "batching_window",
    "MaximumRecordAgeInSeconds": "record_age",
    "MaximumRetryAttempts": "retry_attempts",
    "ParallelizationFactor": "parallelization_factor",
    "StartingPosition": "starting_position",
    "TumblingWindowInSeconds": "tumbling_window",
}
"""CreateEventSourceMapping's parameters that are real here, each with its name in an ``EventSourceMapping``."""

REFUSED: Final = {
    "AmazonManagedKafkaEventSourceConfig": "it is for Amazon MSK, and this is a DynamoDB stream",
    "DocumentDBEventSourceConfig": "it is for DocumentDB, and this is a DynamoDB stream",
    "EventSourceArn": "subscribe names the table, whose stream is the source: leave it out",
    "KMSKeyArn": "it encrypts filters where Lambda keeps them, and nothing is kept here: leave it out",
    "LoggingConfig": "nothing is logged to CloudWatch here: leave it out",
    "MetricsConfig": "there are no metrics here: read Subscription.invocations in their place",
    "ProvisionedPollerConfig": "it is for Kafka and SQS, and this is a DynamoDB stream",
    "Queues": "it is for Amazon MQ, and this is a DynamoDB stream",
    "ScalingConfig": "it is for SQS: parallelization_factor is what a stream has",
    "SelfManagedEventSource": "it is for Kafka, and this is a DynamoDB stream",
    "SelfManagedKafkaEventSourceConfig": "it is for Kafka, and this is a DynamoDB stream",
    "SourceAccessConfigurations": "it is for Kafka and Amazon MQ, and this is a DynamoDB stream",
    "StartingPositionTimestamp": "a DynamoDB stream is read from LATEST or TRIM_HORIZON only",
    "Tags": "nothing here shows a mapping's tags: leave it out",
    "Topics": "it is for Kafka, and this is a DynamoDB stream",
}
"""CreateEventSourceMapping's other parameters, each with the reason why it is refused."""
