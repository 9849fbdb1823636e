"""Typed tables: plain pydantic models, the templates of their keys, and the conversion of items."""
