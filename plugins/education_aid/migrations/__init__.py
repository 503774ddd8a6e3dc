"""The plugin's own branch of migrations."""
