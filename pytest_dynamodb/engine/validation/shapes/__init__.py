"""What requests are made of: the shapes of AWS's public model, with what AWS enforces beyond it laid over them.

``requests.json`` is written by ``tools/request_shapes.py`` from botocore's service models, and read once, when the
first request is checked. ``overlay.py`` is written by hand, each line with its source.
"""

from __future__ import annotations

from pytest_dynamodb.engine.validation.shapes.shape import Member, Shape
from pytest_dynamodb.engine.validation.shapes.table import input_shape

__all__ = ["Member", "Shape", "input_shape"]
