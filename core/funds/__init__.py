"""Money in fund accounts: where it came from, for what it may be used, where it is, and that every balance is true."""
