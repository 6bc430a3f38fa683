"""When each prompt of a film is seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from schedules.edit import EditablePrompt
from schedules.prompt_text import NEGATIVE, split_negative


@dataclass(frozen=True)
class Span:
    """A prompt and the frames in which it is seen.

    Attributes:
        prompt: The prompt.
        first: The first of its frames.
        stop: The frame after the last one; `first` or less where it is never seen.
    """

    prompt: EditablePrompt
    first: int
    stop: int

    @property
    def is_seen(self) -> bool:
        """True if the film has a frame of it."""
        return self.stop > self.first

    @property
    def positive(self) -> str:
        """Its text without the negative part."""
        return self.prompt.text if self.prompt.negative else split_negative(self.prompt.text)[0]

    @property
    def negative(self) -> str:
        """Its negative prompt, wherever it is written."""
        return self.prompt.negative or split_negative(self.prompt.text)[1]


def spans(prompts: Sequence[EditablePrompt], frames: int) -> list[Span]:
    """Returns the prompts in the order of time, each with the frames in which it is seen.

    The first one is seen from the beginning, wherever its key is.

    Args:
        prompts: The prompts in any order.
        frames: Length of the film.
    """
    ordered = sorted(prompts, key=lambda prompt: prompt.frame)
    starts = [0, *(prompt.frame for prompt in ordered[1:]), frames]
    bounds = [min(max(start, 0), frames) for start in starts]
    return [Span(prompt, *bound) for prompt, bound in zip(ordered, pairwise(bounds), strict=True)]


def text_of(positive: str, negative: str) -> str:
    """Returns the text of a prompt with its negative part."""
    return f"{positive} {NEGATIVE} {negative}" if negative else positive


def free_frame(found: Sequence[Span], after: int, frames: int) -> int:
    """Returns the frame for one more prompt: in the middle of the frames of one, or the next free one.

    Args:
        found: The prompts in the order of time.
        after: The place of the prompt that it comes after.
        frames: Length of the film.
    """
    taken = {span.prompt.frame for span in found}
    start = max(found[after].prompt.frame, found[after].first)
    stop = max(found[after].stop, start + 1)
    middle = (start + stop) // 2
    last = max(frames, max(taken) + 2)
    return next(
        (frame for frame in (*range(middle, last), *range(start, middle)) if frame not in taken), last
    )
