"""The platform: everything that knows no programme."""
