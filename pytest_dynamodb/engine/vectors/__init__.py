"""Vector indexes and searches in them (developer guide, "Vector indexes"; API reference, SearchVectors).

``entries``  what an index stores of an item, and what a write to it is charged
``index``    which items an index holds, how it is described, and whether an item may be written where there is one
``search``   the nearest items
"""
