"""Prompts: a positive and a negative text for every frame, from keyed prompts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules import compat_prompts
from schedules.easing import EASINGS
from schedules.errors import ScheduleWarning
from schedules.formula import Place
from schedules.prompt_keys import PromptKey, parse_prompts
from schedules.prompt_text import NEGATIVE, PromptText, short_numbers, split_negative
from schedules.scope import Scope
from schedules.sources import Frozen, freeze, thaw
from schedules.values import check_ease
from schedules.warning import key_warnings
from schedules.wildcards import choose


@dataclass(frozen=True)
class PromptFrame:
    """What to draw on one frame.

    Attributes:
        positive: The prompt; between two keys that morph `(one):0.7 AND (other):0.3`.
        negative: What not to draw, likewise.
        blend: While morphing (positive, negative, weight) of both, for blending embeddings; else empty.
    """

    positive: str
    negative: str
    blend: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True)
class Prompts:
    """A positive and a negative text for every frame. Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        prefix: Goes before every prompt.
        suffix: Goes behind every prompt.
        negative: Goes behind every negative part.
        keys: The keyed prompts in written order.
        morph: The easing by which keys that name none morph into the next; None: they do not.
    """

    frozen: Frozen
    prefix: str
    suffix: str
    negative: str
    keys: tuple[PromptKey, ...] = field(compare=False)
    morph: str | None = None

    @classmethod
    def parse(
        cls,
        source: str | Mapping[Any, Any] | Sequence[Any],
        *,
        prefix: str = "",
        suffix: str = "",
        negative: str = "",
    ) -> "Prompts":
        """Returns the prompts that `source` says.

        Args:
            source: One prompt for all frames; a mapping `{0: "a lake", "max_f/2": "a forest --neg fog"}`, in
                which a value may also be `{text: "a lake", negative: "fog", ease: linear}`, and `morph:
                linear` makes all keys morph; the same as JSON; or a list, spread evenly over the film.
            prefix: Text before every prompt; separated by a blank.
            suffix: Text behind every prompt; separated by a blank.
            negative: Negative text common to all.

        Raises:
            ScheduleError: No prompts, or math in one that cannot be read; points at the column.
        """
        keys = parse_prompts(source)
        for part in (prefix, suffix, negative):
            PromptText.parse(part)
        return cls(freeze(source), prefix, suffix, negative, keys)

    @property
    def source(self) -> Any:
        """The prompts as they were written: text, a dict or a list, ready for YAML."""
        return thaw(self.frozen)

    def morphing(self, ease: str = "linear") -> "Prompts":
        """Returns these prompts with every key morphing into the next, as Interpolation mode does."""
        check_ease(ease, Place(ease))
        return replace(self, morph=ease)

    def at(self, scope: Scope) -> tuple[PromptFrame, ...]:
        """Returns what to draw on each frame.

        Raises:
            ScheduleError: A key or math that gives no number; names the frame.
        """
        if scope.compat:
            return self._reference_frames(scope)
        placed = self._placed(scope)
        starts = [0, *(frame for frame, _ in placed[1:]), scope.frames]
        result: list[PromptFrame] = []
        for index, (start, key) in enumerate(placed):
            frames = np.arange(max(starts[index], 0), min(starts[index + 1], scope.frames))
            if not len(frames):
                continue
            own = self._texts(key, frames, scope)
            ease = self._ease(key)
            if ease is None or index + 1 == len(placed):
                result += _plain(own)
                continue
            stop, following = placed[index + 1]
            along = np.clip((frames - start) / (stop - start), 0.0, 1.0)
            weights = np.clip(EASINGS[ease](along), 0.0, 1.0).tolist()
            result += map(_morphed, own, self._texts(following, frames, scope), weights)
        return tuple(result)

    def key_frames(self, scope: Scope) -> tuple[int, ...]:
        """Returns the frames within the film that carry a key, ascending."""
        return tuple(frame for frame, _ in self._placed(scope) if 0 <= frame < scope.frames)

    def warnings(self, scope: Scope) -> tuple[ScheduleWarning, ...]:
        """Returns what is probably not meant: keys outside the film, doubled keys, `AND` inside a morph."""
        inside = [
            ScheduleWarning(f"{key.label}`AND` inside a prompt that morphs: the weights will mix")
            for key in self.keys
            if self._ease(key) and " AND " in key.text
        ]
        return (*key_warnings([key.at for key in self.keys], scope), *inside)

    def _ease(self, key: PromptKey) -> str | None:
        """Returns the easing by which a key morphs into the next one, or None."""
        ease = key.ease or self.morph
        return None if ease == "hold" else ease

    def _placed(self, scope: Scope) -> list[tuple[int, PromptKey]]:
        by_frame = {key.at.frame(scope): key for key in self.keys}
        return sorted(by_frame.items())

    def _texts(self, key: PromptKey, frames: NDArray[np.int64], scope: Scope) -> list[tuple[str, str]]:
        """Returns a key's positive and negative text at each of `frames`."""
        chosen = choose(self._whole(key), scope.seed, self.keys.index(key))
        rendered = PromptText.parse(chosen).render(frames, scope, short_numbers)
        split = {text: split_negative(text) for text in set(rendered)}
        return [split[text] for text in rendered]

    def _whole(self, key: PromptKey) -> str:
        """Returns a key's text between the common parts, `positive --neg negative`."""
        common = f"{NEGATIVE} {self.negative}"
        parts = [split_negative(text) for text in (self.prefix, key.text, self.suffix, common)]
        positives, negatives = zip(*parts, strict=True)
        return f"{' '.join(filter(None, positives))} {NEGATIVE} {', '.join(filter(None, negatives))}"

    def _reference_frames(self, scope: Scope) -> tuple[PromptFrame, ...]:
        keyed = [
            (key.at, compat_prompts.combine(f"{key.text} {self.suffix}".rstrip(), self.prefix, self.negative))
            for key in self.keys
        ]
        if not any(self._ease(key) for key in self.keys):
            texts = compat_prompts.prepared(compat_prompts.expand(keyed, scope), scope)
            made = {text: PromptFrame(*split_negative(text)) for text in set(texts)}
            return tuple(made[text] for text in texts)
        wide = compat_prompts.interpolation_scope(scope)
        series = compat_prompts.series(keyed, scope, lambda text, at: compat_prompts.render(text, at, wide))
        return tuple(PromptFrame(*split_negative(text), blend) for text, blend in series)


def _plain(texts: list[tuple[str, str]]) -> list[PromptFrame]:
    made = {text: PromptFrame(*text) for text in set(texts)}
    return [made[text] for text in texts]


def _morphed(own: tuple[str, str], other: tuple[str, str], weight: float) -> PromptFrame:
    """Returns the blend of two prompts, of which the second has `weight`."""
    if weight in (0.0, 1.0) or own == other:
        return PromptFrame(*(other if weight == 1.0 else own))
    parts = ((*own, 1 - weight), (*other, weight))
    positive = own[0] if own[0] == other[0] else _weighted([(p, w) for p, _, w in parts if p])
    negative = own[1] if own[1] == other[1] else _weighted([(n, w) for _, n, w in parts if n])
    return PromptFrame(positive, negative, parts)


def _weighted(parts: list[tuple[str, float]]) -> str:
    return " AND ".join(f"({text}):{weight:.6g}" for text, weight in parts)
