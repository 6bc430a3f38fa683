"""Errors of the gallery."""

from animator.errors import AnimatorError, UserError


class GalleryError(AnimatorError):
    """The index of the gallery cannot be read or written at the moment."""


class ItemNotFoundError(UserError):
    """An image or film that is not in the gallery."""

    def __init__(self, item: int) -> None:
        """Initializes the error for the number of an item."""
        super().__init__(f"item {item}: is not in the gallery, or its file is gone; search again")


class QueryError(UserError):
    """A search that cannot be carried out."""
