"""Who lives where, goes to which school and counts as what: polars frames, from a seed alone, without a database."""
