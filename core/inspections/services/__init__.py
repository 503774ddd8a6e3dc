"""Everything that changes checks and problems; each leaves its entry on the trail."""
