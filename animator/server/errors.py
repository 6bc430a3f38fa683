"""Errors of requests that only a server can have."""

from animator.errors import UserError


class NotFoundError(UserError):
    """Something that a request names is not there."""


class NoRoomError(UserError):
    """The uploads have no room for another file."""
