"""The ledgers of the plugin, as declarations."""
