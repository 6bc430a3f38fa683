"""Whose colors each frame keeps with `color.reference: prompt`. Pure, no torch."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PaletteShare:
    """The share of one palette in the colors of a frame.

    Attributes:
        key: Frame of the prompt key whose palette it is; None is the scene's own palette.
        share: In (0, 1]; those of a frame sum to 1.
    """

    key: int | None
    share: float


@dataclass(frozen=True)
class PromptPalettes:
    """The palettes of a film whose colors follow its prompts.

    A scene's palette is that of its first frame, and belongs to the prompt it starts with. Each later prompt
    has a palette of its own. A prompt that morphs into the next one blends their palettes by the same
    weights; where prompts switch, the new palette fades in.

    Attributes:
        keys: Frames of the prompt keys, ascending.
        switches: Those at which the prompt switches, rather than being morphed into.
        scenes: Frames at which scenes start, ascending.
        transition: Longest fade in frames; a fade ends at the next key. 0 switches at the key.
    """

    keys: Sequence[int]
    switches: frozenset[int]
    scenes: Sequence[int]
    transition: int

    def at(self, frame: int, morph: float) -> tuple[PaletteShare, ...]:
        """Returns the palettes of a frame.

        Args:
            frame: Index in the film.
            morph: Weight of the next prompt in that of the frame; 0 where they do not morph.
        """
        index = bisect_right(self.keys, frame) - 1
        arrived = self._arrived(index, frame)
        wanted = ((index - 1, 1 - arrived), (index, arrived * (1 - morph)), (index + 1, arrived * morph))
        shares: dict[int | None, float] = {}
        for key, share in wanted:
            if share > 0.0:
                owner = self._owner(key, frame)
                shares[owner] = shares.get(owner, 0.0) + share
        return tuple(PaletteShare(key, share) for key, share in shares.items())

    def _scene_start(self, frame: int) -> int:
        index = bisect_right(self.scenes, frame) - 1
        return self.scenes[index] if index >= 0 else 0

    def _owner(self, index: int, frame: int) -> int | None:
        """Returns the key at an index if it comes after the start of the frame's scene; else None."""
        is_later = 0 <= index < len(self.keys) and self.keys[index] > self._scene_start(frame)
        return self.keys[index] if is_later else None

    def _arrived(self, index: int, frame: int) -> float:
        """Returns how far the palette of the key at an index has faded in, from 0 to 1."""
        if self._owner(index, frame) is None or self.keys[index] not in self.switches:
            return 1.0
        length = min(
            [self.transition, *(after - self.keys[index] for after in self.keys[index + 1 : index + 2])]
        )
        passed = frame - self.keys[index] + 1
        if passed >= length:
            return 1.0
        along = passed / length
        return along * along * (3.0 - 2.0 * along)
