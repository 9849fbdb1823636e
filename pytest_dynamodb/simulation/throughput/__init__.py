"""Throughput limits, off unless an engine is given ``ThroughputLimits``.

===============  =======================================================================
``meter``        what each request consumed, and whether there is enough capacity for it
``partitions``   buckets of units; how keys are spread over partitions, and how hot ones split
===============  =======================================================================
"""

from __future__ import annotations

from pytest_dynamodb.simulation.throughput.meter import ThroughputLimits

__all__ = ["ThroughputLimits"]
