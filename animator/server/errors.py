"""Errors of requests that only a server can have."""

from animator.errors import AnimatorError, UserError
from animator.jobs.job import ErrorKind, JobError


class NotFoundError(UserError):
    """Something that a request names is not there."""


class NoRoomError(UserError):
    """The uploads have no room for another file."""


class RequestError(UserError):
    """A value in a request that cannot be used.

    Attributes:
        pointer: JSON pointer to it.
    """

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer


class BadImageError(UserError):
    """An image in a request that cannot be decoded, or is too large."""


class ServerEndsError(AnimatorError):
    """The server ends before it can answer."""


class ImagesFailedError(AnimatorError):
    """Images that were asked for cannot be made.

    Attributes:
        error: Why.
    """

    def __init__(self, error: JobError) -> None:
        problems = "; ".join(f"{problem.path}: {problem.message}" for problem in error.problems)
        super().__init__(problems or error.message)
        self.error = error

    @property
    def is_mistake(self) -> bool:
        """True where the same request would fail again."""
        return self.error.kind is ErrorKind.SETTINGS
