"""Vector indexes and searches in them (developer guide, "Vector indexes"; API reference, SearchVectors).

What is refused is known from the documentation, but not in which words: no capture of them is public.

``index``   a vector index: what it holds of items, and how it is described
``search``  the nearest items
"""
