"""Typed tables: plain pydantic models, the templates of their keys, and what becomes of an item on its way."""
