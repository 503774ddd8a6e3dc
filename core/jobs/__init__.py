"""Background work: asked for in a transaction, done once in effect, seen and cancelled by people."""
