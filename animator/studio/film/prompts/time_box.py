"""`TimeBox`: the time of a prompt, which is taken when a person has typed all of it."""

from collections.abc import Awaitable, Callable

from animator.studio.film.form.text_box import Control, TextBox


class TimeBox(TextBox):
    """A line whose text is taken at its end: when a person leaves it, or presses Enter.

    Args:
        control: What it is called, and what is done when a person leaves it.
        take: Takes the text.
    """

    def __init__(self, control: Control, take: Callable[[str], Awaitable[None]]) -> None:
        super().__init__(control, lambda _: None)
        self._take = take
        # Without a pause, so that all that is typed is there.
        self.element.props('input-class="studio-mono"', remove="debounce")
        self.element.on("keydown.enter", self._enter, [])

    async def _enter(self) -> None:
        await self._take(self.text.strip())

    def _leave(self) -> Awaitable[None]:
        self.is_focused = False
        return self._wait(self._take(self.text.strip()))  # the text as it is now, before it is shown anew
