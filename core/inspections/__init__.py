"""督查: checks row by row with their signers, problems found, measures, closing."""
