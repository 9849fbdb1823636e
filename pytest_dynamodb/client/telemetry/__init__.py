"""Observers of calls: spans, metrics, log records, EMF lines, capacity. None is there unless it is asked for."""
