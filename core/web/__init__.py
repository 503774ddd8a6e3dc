"""The page toolkit: shell, components, route markers and static files."""
