"""How items are stored: in key order, with their sizes, and shared with snapshots until they change."""
