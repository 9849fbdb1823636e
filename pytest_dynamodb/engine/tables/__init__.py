"""The control plane: rules of tables and indexes, what becomes of them with time, and how they are described."""
