"""DynamoDB's protocol over HTTP, in front of a provider: an ASGI application, and uvicorn to run it.

``app`` gives the application, ``running`` runs it in a thread, ``Upstream`` is where a recording proxy sends what its
provider lets go. uvicorn (extra ``server``) is imported where it is needed.
"""

from __future__ import annotations

from pytest_dynamodb.server.application import Application, Beside, Line, app
from pytest_dynamodb.server.listener import running
from pytest_dynamodb.server.upstream import Upstream

__all__ = ["Application", "Beside", "Line", "Upstream", "app", "running"]
