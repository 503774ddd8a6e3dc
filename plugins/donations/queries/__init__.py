"""All reads of the plugin. Whatever a person sees goes through the scoped queries of access."""
