"""Events out: other systems subscribe to what happens in a tenant and are told by signed requests."""
