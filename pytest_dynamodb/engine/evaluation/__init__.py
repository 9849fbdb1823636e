"""Trees against items: conditions, updates, projections. Nothing here changes an item that it is given."""
