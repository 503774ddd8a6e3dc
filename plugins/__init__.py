"""The programme areas; each is found by its entry point, never by name."""
