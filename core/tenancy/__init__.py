"""Tenants, their published plans as data, and what is open to a request."""
