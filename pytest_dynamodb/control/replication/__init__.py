"""Global tables (version 2019.11.21): replicas in other regions, and how writes reach them.

``rules``     what ReplicaUpdates may ask for
``group``     the tables of a global table: members, shared settings, descriptions
``changes``   replicas that are added, changed and deleted
``delivery``  writes on their way to other regions, and their arrival
``scaling``   auto scaling of replicas, which is only described
``legacy``    the operations on global tables of version 2017
"""
