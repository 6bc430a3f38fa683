"""How many images a video model generates between two frames, and which of them the film shows.

Video models compress time: they generate 4k + 1 or 8k + 1 images. A film needs as many as its cadence says.
"""

from collections.abc import Sequence
from math import lcm

_MOST_MORE = 2
"""Up to this many times the least number of images is generated where that makes their times even."""


def generated_steps(needed: int, multiple: int) -> int:
    """Returns the number of steps in time, each to the next image, that the model generates.

    It is the least that is enough, or, where at most twice as many are evenly spread over the frames, those.

    Args:
        needed: Steps from frame to frame between the two images, at least 1.
        multiple: Steps of which the model generates a multiple: 4 for Wan, 8 for LTX.
    """
    least = -(-needed // multiple) * multiple
    even = lcm(needed, multiple)
    return even if even <= _MOST_MORE * least else least


def shown_images(needed: int, generated: int) -> Sequence[int]:
    """Returns the numbers of the images nearest in time to the frames between the first and the last one.

    Args:
        needed: As for `generated_steps`.
        generated: What that returned; image 0 is the first one, and this the number of the last one.
    """
    return [(2 * frame * generated + needed) // (2 * needed) for frame in range(1, needed)]


def is_even(needed: int, multiple: int) -> bool:
    """Returns True if the images shown are evenly spread; args as for `generated_steps`."""
    return generated_steps(needed, multiple) % needed == 0
