"""PartiQL for DynamoDB: statements in, the same expression trees, reads and writes out as of the other operations.

=================  ==================================================================================
``tokens``         a statement's tokens, with their positions
``expressions``    the productions of expressions; ``paths`` of document paths; ``cursor`` is the way through tokens
``statements``     the productions of statements: ``parse``
``syntax``         what they make: frozen, without parameters
``request``        a statement with its parameters, checked as far as that goes without its table
``conditions``     WHERE to a Condition; ``updates``: SET and REMOVE to an Update; ``literals`` to attribute values
``branches``       what a Condition says about keys; ``readplan``: the reads that come of it; ``ranges``, ``ordering``
``selection``      a SELECT aimed at its table; ``paging``: a page of it; ``nexttoken``: the way to the next
``writing``        INSERT, UPDATE, DELETE and EXISTS as writes; ``keyed``: which item
``answers``        single statements carried out
``messages``       every sentence, and where it is known from
=================  ==================================================================================
"""
