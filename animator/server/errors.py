"""Errors of requests that only a server can have."""

from animator.errors import UserError


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
