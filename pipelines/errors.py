"""What can go wrong, by name, and what the runner does with it.

A record that breaks a rule is no exception: it is data, and goes to quarantine. What is raised falls into three kinds, and
the runner treats each in one way: `Transient` is tried again, `NeedsPerson` stops the stage with its remedy, anything else is
a defect and ends the process with its traceback.
"""


class LodestreamError(Exception):
    """A failure that names what happened and what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  what to do: {self.remedy}" if self.remedy else self.message


class Transient(LodestreamError):
    """May pass by itself: a service that is down, slow or busy. The stage is tried again from its last committed state."""


class NeedsPerson(LodestreamError):
    """Will not pass by itself: the stage stops and says what to do."""


class ConfigurationError(NeedsPerson):
    """A setting is missing or wrong; the message names the setting and what would be valid."""


class SourceChanged(NeedsPerson):
    """A source answers in another form, or with fewer records than it ever should: nothing of it is taken."""


class OffsetLost(NeedsPerson):
    """The records between what the table holds and what the topic still has are gone, or the offset was never there."""


class TopicChanged(NeedsPerson):
    """A topic is missing, was made anew, or has another number of partitions than the records of its way."""


class StaleWriter(NeedsPerson):
    """Another writer moved the table: this one's view is old, and its commit was refused."""


class DeadlineExceeded(LodestreamError):
    """A call did not return in its time. The process ends itself; the restart recovers from what the tables know."""
