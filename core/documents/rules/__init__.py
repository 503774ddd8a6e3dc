"""What files are, what photographs say, and when a folder is complete: no database, no Flask."""
