"""The trail as officials and administrators use it: its pages, and the commands that seal and verify."""
