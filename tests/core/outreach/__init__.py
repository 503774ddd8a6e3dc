"""Campaigns, messages to guardians, and the gateway of a county."""
