"""Monthly invoices, made by Celery's tasks; DynamoDB, asked with boto3, has what they have done.

A queue hands a task over more than once, and a worker may die between any two lines. So each write says on which
condition it is right, and a task that comes again finds what it has done already:

| task | write | condition | a second time |
|---|---|---|---|
| `bill` | PutItem of the invoice | it is not there | leaves it as it is |
| `pay` | UpdateItem: paid, by this payment | unpaid, or by this payment | leaves it as it is |
| `count` | a transaction: the invoice is counted, and the month's sum grows | it is not counted yet | counts nothing |
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from celery import Celery

TABLE = "invoices"
SCHEMA: dict[str, Any] = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [
        {"AttributeName": "month", "KeyType": "HASH"},
        {"AttributeName": "customer", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "month", "AttributeType": "S"},
        {"AttributeName": "customer", "AttributeType": "S"},
    ],
}
SUM = "#SUM"
"""Where a month's item of sums stands, before all customers."""

app = Celery("invoices", broker=os.environ.get("CELERY_BROKER_URL", "memory://"))
app.conf.update(task_acks_late=True, task_ignore_result=True)

# botocore tries three times within a call, at once; then Celery tries the task again, later and later.
dynamodb = boto3.resource("dynamodb", region_name="eu-west-1", config=Config(retries={"total_max_attempts": 3}))
table = dynamodb.Table(TABLE)
refusals = dynamodb.meta.client.exceptions
PASSES = (
    refusals.ProvisionedThroughputExceededException,
    refusals.RequestLimitExceeded,
    refusals.InternalServerError,
    refusals.TransactionCanceledException,
)
"""What may go well another time. Of transactions, those that are cancelled for what `count` does not expect."""
AGAIN: dict[str, Any] = {"autoretry_for": PASSES, "retry_backoff": True, "max_retries": 5}


class AlreadyPaid(Exception):
    """The invoice was paid by another payment: somebody gets money back."""


class UnknownInvoice(Exception):
    """There is no such invoice."""


@app.task(**AGAIN)
def bill(month: str, customer: str, cents: int) -> None:
    """PutItem: the invoice, unless there is one; then have it counted, again if need be."""
    invoice: dict[str, Any] = {"month": month, "customer": customer, "cents": cents}
    # If it is there, this task has run before; whoever ran it may have died before the next line.
    with suppress(refusals.ConditionalCheckFailedException):
        table.put_item(Item=invoice, ConditionExpression=Attr("customer").not_exists())
    count.delay(month, customer)


@app.task(**AGAIN)
def count(month: str, customer: str) -> None:
    """TransactWriteItems: mark an invoice as counted and add it to its month's sum, or do neither."""
    invoice = table.get_item(Key={"month": month, "customer": customer}, ConsistentRead=True).get("Item")
    if invoice is None:
        raise UnknownInvoice(month, customer)
    mark: dict[str, Any] = {
        "TableName": TABLE,
        "Key": {"month": month, "customer": customer},
        "UpdateExpression": "SET counted = :yes",
        "ConditionExpression": "attribute_not_exists(counted)",
        "ExpressionAttributeValues": {":yes": True},
    }
    add: dict[str, Any] = {
        "TableName": TABLE,
        "Key": {"month": month, "customer": SUM},
        "UpdateExpression": "ADD cents :cents, invoices :one",
        "ExpressionAttributeValues": {":cents": invoice["cents"], ":one": 1},
    }
    writes: list[Any] = [{"Update": mark}, {"Update": add}]
    try:
        dynamodb.meta.client.transact_write_items(TransactItems=writes)
    except refusals.TransactionCanceledException as cancelled:
        if cancelled.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise  # another task was at the same sum, or DynamoDB is throttled: again


@app.task(**AGAIN)
def pay(month: str, customer: str, payment: str) -> None:
    """UpdateItem: the invoice is paid by a payment, or raise `AlreadyPaid` or `UnknownInvoice`."""
    unpaid = Attr("paid_by").not_exists() | Attr("paid_by").eq(payment)
    try:
        table.update_item(
            Key={"month": month, "customer": customer},
            UpdateExpression="SET paid_by = :payment",
            ConditionExpression=Attr("customer").exists() & unpaid,
            ExpressionAttributeValues={":payment": payment},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except refusals.ConditionalCheckFailedException as refused:
        known = "Item" in refused.response
        raise (AlreadyPaid if known else UnknownInvoice)(month, customer, payment) from None


def bill_all(month: str, owed: dict[str, int]) -> None:
    """Have everybody billed for a month."""
    for customer, cents in owed.items():
        bill.delay(month, customer, cents)


def unpaid(month: str) -> list[str]:
    """Query: who has not paid for a month."""
    query: dict[str, Any] = {
        "TableName": TABLE,
        "KeyConditionExpression": Key("month").eq(month) & Key("customer").gt(SUM),
        "FilterExpression": Attr("paid_by").not_exists(),
    }
    pages = dynamodb.meta.client.get_paginator("query").paginate(**query)
    return [str(item["customer"]) for page in pages for item in page["Items"]]


def total(month: str) -> tuple[int, int]:
    """GetItem: how many invoices a month has, and of how much."""
    item: dict[str, Any] = table.get_item(Key={"month": month, "customer": SUM}).get("Item", {})
    return int(item.get("invoices", 0)), int(item.get("cents", 0))
