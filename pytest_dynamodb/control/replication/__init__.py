"""Global tables (version 2019.11.21): replicas in other regions, and how writes come there.

``inbox``        writes of other regions that a region has not seen yet
``replica``      a replica, and how it is described
``membership``   the tables of a global table, wherever they are
``rules``        what ReplicaUpdates may ask for
``changes``      replicas that come and go
``delivery``     writes on their way
``mirroring``    settings that all replicas share
"""
