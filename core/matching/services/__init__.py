"""Use cases of matching. Each takes the actor, leaves its entry on the trail, and commits nothing."""
