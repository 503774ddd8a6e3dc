"""Requests to other systems, made so that nobody can turn the server against its own network."""
