"""Pure functions: channels and what is missing of them, messages and their states, files for a county's own platform."""
