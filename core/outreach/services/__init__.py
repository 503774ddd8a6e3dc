"""What is done with campaigns and messages; each module one step."""
