"""The control plane: rules of tables and indexes, what becomes of them with time, and how they are described.

``definitions``, ``keys``, ``projections``, ``billing``, ``options``, ``tags``   rules of CreateTable, as AWS words them
``creation``, ``schemas``                                                      a table from a checked request
``concerns``, ``index_rules``, ``admission``, ``quotas``                       rules of UpdateTable
``changes``, ``capacity_changes``, ``index_changes``                           what it changes, and when
``description``                                                                TableDescription
``lookup``, ``arns``                                                           tables by name and by ARN
``templates``, ``globaltables``                                                tables written down elsewhere
"""
