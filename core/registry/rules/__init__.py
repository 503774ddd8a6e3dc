"""What is true of persons and households whatever the database: identity numbers, names, words, statuses, income."""
