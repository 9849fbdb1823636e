"""Triggers: what a table's stream hands to functions, as the event source mappings of AWS Lambda hand it.

``Mock.streams`` is the way in. (Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB".)
"""

from __future__ import annotations

from pytest_dynamodb.triggers.mapping import EventSourceMapping
from pytest_dynamodb.triggers.streams import Streams
from pytest_dynamodb.triggers.subscription import DeliveryFailed, Discarded, Invocation, Subscription

__all__ = ["DeliveryFailed", "Discarded", "EventSourceMapping", "Invocation", "Streams", "Subscription"]
