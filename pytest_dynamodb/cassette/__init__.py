"""Cassettes: the file, what is kept in it, and which recording answers which request."""
