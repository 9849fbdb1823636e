"""Throughput limits, off unless an engine is given ``ThroughputLimits``.

===============  =======================================================================
``bucket``       units that come by the second and are used up
``charges``      what an answer says that it used: of which table, index and partition
``partitions``   how a table's keys are spread, and how a hot partition splits
``meter``        the figures, and whether there is enough of everything
===============  =======================================================================
"""

from __future__ import annotations

from pytest_dynamodb.simulation.throughput.meter import ThroughputLimits

__all__ = ["ThroughputLimits"]
