"""What misses and drift look like to the person who has to deal with them. Pure functions that return text."""
