"""Processes: who did which step, what is still missing, and by when the next one is due."""
