"""What a server offers beside DynamoDB: a control plane for tests in any language, and a live look into tables.

``tests`` holds the tests under way, ``routes`` what can be asked of them, ``description`` says that as OpenAPI,
``plane`` answers it over HTTP, ``live`` shows tables and traffic in a browser, ``address`` has both at one address.
"""

from __future__ import annotations

from pytest_dynamodb.remote.address import Address
from pytest_dynamodb.remote.tests import ServedTests

__all__ = ["Address", "ServedTests"]
