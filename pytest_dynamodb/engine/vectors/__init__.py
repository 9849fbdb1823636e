"""Vector indexes and searches in them (developer guide, "Vector indexes"; API reference, SearchVectors).

What is refused is known from the documentation, not its words: no capture of them is public.

``index``    a vector index: what it holds of items, and how it is described
``rules``    what CreateTable and UpdateTable may ask for
``changes``  indexes that come and go
``search``   the nearest items
"""
