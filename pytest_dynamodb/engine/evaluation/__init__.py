"""Evaluating expression trees against items: conditions, updates and projections. Items given are never changed."""
