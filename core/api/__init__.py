"""The interface for other systems: `/api/v1`, its description, its tokens, and the platform's health."""
