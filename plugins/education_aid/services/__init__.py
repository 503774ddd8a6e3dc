"""What is done with aid: each function one use case, in the caller's transaction."""
