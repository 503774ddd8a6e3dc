"""How a run ends before its end. None of these is a fault of the program."""


class JobLost(Exception):
    """Another worker has taken the job since: whatever this attempt was writing is rolled back."""


class JobCancelled(Exception):
    """Somebody has cancelled the job: stop here, and keep what has been committed."""


class JobPostponed(Exception):
    """This try came to nothing for a reason outside the platform that `reason` names for the log (English, nothing
    personal): it counts as one, and the next comes after `seconds`, those of the spec unless given."""

    def __init__(self, reason: str, *, seconds: int | None = None) -> None:
        self.reason = reason
        self.seconds = seconds
        super().__init__(reason)
