"""The tree of units with a memory: divisions, schools, stations, offices."""
