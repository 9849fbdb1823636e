"""Simulations in front of the engine: throughput limits and stale reads; and explaining what a request would read."""
