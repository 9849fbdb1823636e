"""Reading, once for all operations: single items, key ranges and scans.

=============  =====================================================================
``source``     a table or one of its indexes
``keyplan``    which partition a Query reads, and which part of it
``span``       parts of a partition, walking through them, and ExclusiveStartKey
``page``       what of it one call evaluates, and the body of Query and Scan
``selection``  Select, ProjectionExpression and AttributesToGet; single items by key
=============  =====================================================================
"""
