"""Staged matching of people, pure: frames in, pairs with their reasons out."""
