"""Everything that reads, once for all operations: single items, key ranges, scans, and what is told of them.

===============  ======================================================================
``source``       a table or one of its indexes
``keyplan``      which partition a Query reads, and which ``span`` of it
``startkey``     the checks of ExclusiveStartKey
``walk``         what is stored, in a Query's or a Scan's order
``page``         what of it one call evaluates
``selection``    Select
``projection``   ProjectionExpression and AttributesToGet
``pagereads``    what Query and Scan share: parameters in, body out
``lookup``       single items by key
===============  ======================================================================
"""
