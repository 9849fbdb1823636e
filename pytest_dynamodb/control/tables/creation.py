"""A new table, made from a CreateTable that has been checked before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from random import Random
from typing import Any, Final

from pytest_dynamodb.control.tables.lookup import moment_in_label
from pytest_dynamodb.control.tables.rules import attribute_types_of, index_schema_of, key_schema_of
from pytest_dynamodb.control.tags import check_tags
from pytest_dynamodb.engine.call import Call, Lifecycle
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.settings import (
    Encryption,
    Event,
    IndexSettings,
    StreamSettings,
    TableSettings,
    Throughput,
    Units,
)
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.engine.vectors.index import vector_index_of
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import table_name, truth

_ON_DEMAND: Final = "PAY_PER_REQUEST"


def created_table(call: Call) -> Table:
    """The table of a checked request, in status CREATING."""
    params = call.params
    name = table_name(params["TableName"])
    settings = _settings(call, name)
    types = settings.attribute_types
    table = Table(call.region.owner, name, key_schema_of(params["KeySchema"], types), settings)
    for member, is_global in (("LocalSecondaryIndexes", False), ("GlobalSecondaryIndexes", True)):
        for definition in params.get(member) or ():
            table.add_index(index_schema_of(definition, table.keys, types, is_global=is_global))
    return table


def _settings(call: Call, name: str) -> TableSettings:
    params, now = call.params, call.clock.now()
    on_demand = params.get("BillingMode") == _ON_DEMAND
    indexes = {
        definition["IndexName"]: index_settings(definition) for definition in params.get("GlobalSecondaryIndexes") or ()
    }
    types = attribute_types_of(params["AttributeDefinitions"])
    settings = TableSettings(
        arn=call.region.arn(name),
        id=new_id(call.random),
        created=now,
        attribute_types=types,
        status="CREATING",
        on_demand=on_demand,
        was_on_demand=on_demand,
        throughput=throughput_of(params),
        ceiling=ceiling_of(params),
        warm=warm_of(params),
        indexes=indexes,
        table_class=params.get("TableClass"),
        encryption=encryption_of(params.get("SSESpecification"), call.region),
        stream=stream_of(params.get("StreamSpecification"), now),
        deletion_protection=truth(params.get("DeletionProtectionEnabled")),
        tags={tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()},
        policy=params.get("ResourcePolicy"),
        vectors={
            definition["IndexName"]: vector_index_of(definition, types)
            for definition in params.get("VectorIndexes") or ()
        },
    )
    return settings.then(*_becoming_active(settings, now, call.lifecycle))


def _becoming_active(settings: TableSettings, now: float, lifecycle: Lifecycle) -> list[Event]:
    due = now + lifecycle.create_table
    since = {"on_demand_since": settings.created} if settings.on_demand else {}
    active: dict[str, Any] = {"status": "ACTIVE"}
    return [Event(due, active | since), *(Event(due, active, index) for index in settings.online_indexes)]


def new_id(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def index_settings(definition: Mapping[str, Any]) -> IndexSettings:
    return IndexSettings("CREATING", None, throughput_of(definition), ceiling_of(definition), warm_of(definition))


def throughput_of(params: Mapping[str, Any]) -> Throughput:
    """The ProvisionedThroughput of a table or an index; zeros if it has none."""
    given = params.get("ProvisionedThroughput")
    return (
        Throughput() if given is None else Throughput(int(given["ReadCapacityUnits"]), int(given["WriteCapacityUnits"]))
    )


def ceiling_of(params: Mapping[str, Any]) -> Units:
    given = params.get("OnDemandThroughput") or {}
    return Units(_whole(given.get("MaxReadRequestUnits")), _whole(given.get("MaxWriteRequestUnits")))


def warm_of(params: Mapping[str, Any]) -> Units:
    given = params.get("WarmThroughput") or {}
    return Units(_whole(given.get("ReadUnitsPerSecond")), _whole(given.get("WriteUnitsPerSecond")))


def _whole(number: float | None) -> int | None:
    """Decimals are truncated, as validation accepts them."""
    return None if number is None else int(number)


def encryption_of(specification: Mapping[str, Any] | None, region: Region) -> Encryption | None:
    """The encryption with a key of the account's; ``None`` where AWS uses a key of its own, which it does not describe.

    An SSEType alone enables it as well (ack-api-quirks, DDB-TABLE-044).
    """
    if not specification or not (truth(specification.get("Enabled")) or specification.get("SSEType")):
        return None
    return Encryption("ENABLED", _key_arn(specification.get("KMSMasterKeyId"), region))


def _key_arn(key: str | None, region: Region) -> str:
    """The ARN of the key; by default of AWS's managed one, which each account has in each region."""
    prefix = region.arn("").removesuffix("table/").replace(":dynamodb:", ":kms:", 1)
    if key is None:
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, prefix + "alias/aws/dynamodb"))
    if key.startswith("arn:"):
        return key
    return prefix + (key if key.startswith("alias/") else "key/" + key)


def stream_of(
    specification: Mapping[str, Any] | None, now: float, *, before: StreamSettings | None = None
) -> StreamSettings | None:
    """A new, enabled stream. Its label is the time in milliseconds (API reference, LatestStreamLabel).

    If the clock stands still, the label must still differ from that of the stream ``before``.
    """
    if not specification or not truth(specification.get("StreamEnabled")):
        return None
    if before is not None:
        now = max(now, before.since + 0.001)
    return StreamSettings(moment_in_label(now), specification["StreamViewType"], now)


# --- options ---
# Streams, encryption and table class (ack-api-quirks, DDB-TABLE-442).

_CLASSES: Final = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")


def check_options(params: Mapping[str, Any]) -> None:
    """Raise ValidationException for the first wrong option of a CreateTable."""
    if (stream := params.get("StreamSpecification")) is not None:
        _check_new_stream(stream)
    if (encryption := params.get("SSESpecification")) is not None:
        check_encryption(encryption)
    check_table_class(params.get("TableClass"))
    if params.get("Tags"):
        check_tags(params["Tags"])


def _check_new_stream(stream: Mapping[str, Any]) -> None:
    view = stream.get("StreamViewType")
    if truth(stream.get("StreamEnabled")) and view is None:
        raise ValidationException(
            f"{INVALID_VALUES}Table is being created with a stream enabled, UpdateViewType is required"
        )
    if not truth(stream.get("StreamEnabled")) and view is not None:
        raise ValidationException(
            f"{INVALID_VALUES}Table is being created with a stream disabled, UpdateViewType should not be specified"
        )


def check_encryption(encryption: Mapping[str, Any]) -> None:
    """Raise ValidationException for members of an SSESpecification that conflict."""
    kind, key = encryption.get("SSEType"), encryption.get("KMSMasterKeyId")
    if encryption.get("Enabled") is not None and not truth(encryption["Enabled"]):
        for member, value in (("SSEType", kind), ("KMSMasterKeyId", key)):
            if value is not None:
                raise ValidationException(f"{INVALID_VALUES}{member} can not be specified if Enabled is false")
    if kind == "AES256":
        raise ValidationException(f"{INVALID_VALUES}SSEType AES256 is not supported")
    if key is not None and kind is None:
        raise ValidationException(f"{INVALID_VALUES}SSEType KMS is required if KMSMasterKeyId is specified")


def check_table_class(table_class: str | None) -> None:
    """Raise ValidationException for an unknown table class."""
    if table_class is not None and table_class not in _CLASSES:
        raise ValidationException(
            "Invalid table-class parameter provided. "
            f"Please try again with a valid table-class value: [{', '.join(_CLASSES)}]."
        )
