"""The desk every account starts from: workbench, unit tree, search, the small JSON API, error pages."""
