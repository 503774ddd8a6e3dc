"""The plugin host: hooks, manifests, switches per tenant and quarantine."""
