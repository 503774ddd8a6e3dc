"""What is right and what is not, decided on plain values."""
