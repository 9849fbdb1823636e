"""Backups and point-in-time recovery, and tables restored from either.

``backup``      a backup and its description; the times that a table can be restored to
``restore``     a new table from a backup or from a time, and what may be changed on the way
``operations``  the operations
"""
