"""What holds of money whatever the programme: shares, uses, donors' wishes, what is retained."""
