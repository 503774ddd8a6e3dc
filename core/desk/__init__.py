"""The desk every account starts from: workbench, unit tree, search, error pages."""
