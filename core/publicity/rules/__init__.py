"""What may be shown, until when, and what must never be: no database, no Flask."""
