"""The control plane: tables' settings, backups, exports, replication, policies; each noun beside its operations."""
