"""The audit trail: who did what, in the same transaction."""
