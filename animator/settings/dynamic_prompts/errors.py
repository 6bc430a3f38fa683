"""The error of a dynamic prompt."""

from animator.errors import UserError


class TemplateError(UserError):
    """A mistake in a dynamic prompt; its place in the text, and the file or setting that holds it."""

    def __init__(self, message: str, column: int, place: str = "") -> None:
        """Makes an error.

        Args:
            message: What is wrong and what to write.
            column: Index of the character.
            place: What holds the text, such as `prompt at frame 60`; empty if the caller knows.
        """
        where = f"{place}, column {column + 1}" if place else f"column {column + 1}"
        super().__init__(f"{where}: {message}")
        self.message = message
        self.column = column
        self.place = place

    def inside(self, place: str) -> "TemplateError":
        """Returns the error with its place, unless it has one."""
        return self if self.place else TemplateError(self.message, self.column, place)
