"""The client that application code imports: tables by name, items as Python values, errors by their class."""
