"""All reads of the plugin."""
