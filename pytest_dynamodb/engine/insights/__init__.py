"""Contributor insights of tables and indexes: switched, told, and without effect."""
