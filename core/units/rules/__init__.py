"""What holds for units without a database: levels, names, files and positions at a date."""
