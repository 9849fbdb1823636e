"""What AWS makes of parameters that are of the right types, but not as they would be written."""

from __future__ import annotations

import math
from typing import Any

from pytest_dynamodb.engine.validation.shapes import Shape
from pytest_dynamodb.requests import truth


def converted(shape: Shape, content: Any) -> Any:
    """A copy of ``content``, which is of ``shape``: no nulls and no unknown members, whole integers, true booleans.

    Attribute values stay as they are: ``values`` reads them.
    """
    if shape.attribute:
        return content
    if shape.kind == "structure":
        return {
            name: converted(shape.members[name].shape, value)
            for name, value in (content or {}).items()
            if value is not None and name in shape.members
        }
    if shape.element is not None and isinstance(content, list):
        return [converted(shape.element, value) for value in content]
    if shape.element is not None and isinstance(content, dict):
        return {name: converted(shape.element, value) for name, value in content.items()}
    if shape.kind == "boolean":
        return truth(content)
    return math.floor(content) if shape.kind in {"integer", "long"} else content
