"""Tables kept as they were: backups, point-in-time recovery, and tables restored from either.

``history``    what every write overwrote, while point-in-time recovery is on
``recovery``   the window of times that a table can be restored to
``backup``     a backup, and how it is described
``arns``       ARNs of what outlives its table: backups, exports, imports
``overrides``  what a restore may change of its source
``restore``    a table from what was kept
"""
