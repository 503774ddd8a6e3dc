"""Ledgers: declared once in `core.host.ledgers`, made into pages, checks, files and an API here."""
