"""Outside lists beside the registry: who stands in which, where they differ, and which records are one person."""
