"""The sections of a plan about education aid."""
