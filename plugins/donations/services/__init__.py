"""All writes of the plugin; each takes the actor and leaves its entry on the trail."""
