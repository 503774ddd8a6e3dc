"""How a run ends before its end. Neither is a fault, and neither is tried again by the run itself."""


class JobLost(Exception):
    """Another worker has taken the job since: whatever this attempt was writing is rolled back."""


class JobCancelled(Exception):
    """Somebody has cancelled the job: stop here, and keep what has been committed."""
