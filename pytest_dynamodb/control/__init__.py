"""The control plane: tables' settings, backups, exports, replication, policies. Each noun stands with its
operations.
"""
