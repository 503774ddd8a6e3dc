"""What follows from a plan and the facts; no database and no pages."""
