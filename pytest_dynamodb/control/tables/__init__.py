"""Tables and indexes: the rules of their operations, what changes them over time, and their descriptions.

``definitions``, ``rules``, ``billing``, ``vectors``     rules of CreateTable, in AWS's words
``creation``                                            a table made from a checked request
``indexes``, ``admission``                              rules of UpdateTable
``changes``, ``capacity_changes``, ``index_changes``    what UpdateTable changes, and when
``description``                                         TableDescription
``lookup``                                              tables by name and by ARN
``templates``                                           tables as CloudFormation and descriptions write them
``operations``                                          the operations
"""
