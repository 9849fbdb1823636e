"""Secrets that nobody named: how they look, and where recordings hold what looks like one."""
