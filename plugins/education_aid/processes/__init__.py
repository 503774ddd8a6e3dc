"""The processes of the plugin, as declarations."""
