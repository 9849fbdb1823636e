"""Vector indexes and searches in them (developer guide, "Vector indexes"; API reference, SearchVectors).

``entries``  what an index stores of an item, and what a write to it is charged
``checks``   whether an item may be written to a table with vector indexes
``index``    which items an index holds, and how it is described
``search``   the nearest items
"""
