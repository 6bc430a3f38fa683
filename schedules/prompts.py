"""`Prompts`: a positive and a negative text for every frame, from keyed prompts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules import compat_prompts
from schedules.easing import EASINGS
from schedules.errors import ScheduleWarning
from schedules.expression import VARIABLES
from schedules.formula import Place
from schedules.limits import MAX_COLUMNS, too_many_columns
from schedules.prompt_keys import PromptKey, parse_prompts
from schedules.prompt_text import NEGATIVE, PromptText, short_numbers, split_negative
from schedules.scope import Scope
from schedules.sources import Frozen, freeze, thaw
from schedules.values import check_ease
from schedules.warning import key_warnings
from schedules.wildcards import choose


@dataclass(frozen=True)
class PromptFrame:
    """The prompts of one frame.

    Attributes:
        positive: The prompt; between two keys that morph `(one):0.7 AND (other):0.3`.
        negative: The negative prompt, in the same form.
        blend: While morphing, (positive, negative, weight) of both keys, for blending embeddings; else empty.
    """

    positive: str
    negative: str
    blend: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True)
class Prompts:
    """A positive and a negative text for every frame. Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        prefix: Text before every prompt.
        suffix: Text after every prompt.
        negative: Text after every negative prompt.
        keys: The keyed prompts in source order.
        morph: The easing of keys that name none, by which they morph into the next; None: they do not.
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
        signals: Collection[str] = (),
        markers: Collection[str] = (),
    ) -> "Prompts":
        """Parses prompts.

        Args:
            source: One prompt for all frames; a mapping `{0: "a lake", "max_f/2": "a forest --neg fog"}`, in
                which a value may also be `{text: "a lake", negative: "fog", ease: linear}`, and `morph:
                linear` makes all keys morph; the same as JSON; or a list, spread evenly over the film.
            prefix: Text before every prompt, separated by a space.
            suffix: Text after every prompt, separated by a space.
            negative: Negative prompt common to all.
            signals: Names allowed in math besides the built-in ones; `Scope.signals` has the values.
            markers: Names allowed as keys and in math; `Scope.markers` has the times.

        Raises:
            ScheduleError: There are no prompts, or math in one cannot be read; points at the column.
        """
        keys = parse_prompts(source, signals, markers)
        names = VARIABLES.union(signals, markers)
        common = sum(PromptText.parse(part, names=names).columns for part in (prefix, suffix, negative))
        if common * len(keys) > MAX_COLUMNS:
            raise too_many_columns(keys[0].place)
        return cls(freeze(source), prefix, suffix, negative, keys)

    @property
    def source(self) -> Any:
        """The source of the prompts: text, a dict or a list, ready for YAML."""
        return thaw(self.frozen)

    def morphing(self, ease: str = "linear") -> "Prompts":
        """Returns these prompts with every key morphing into the next, as Interpolation mode does."""
        check_ease(ease, Place(ease))
        return replace(self, morph=ease)

    def at(self, scope: Scope) -> tuple[PromptFrame, ...]:
        """Returns the prompts of each frame.

        Raises:
            ScheduleError: A key or math gives no number; names the frame.
        """
        if scope.compat:
            return self._deforum_frames(scope)
        keys = self._keys_by_frame(scope)
        starts = [0, *(frame for frame, _ in keys[1:]), scope.frames]
        result: list[PromptFrame] = []
        for index, (start, key) in enumerate(keys):
            frames = np.arange(max(starts[index], 0), min(starts[index + 1], scope.frames))
            if not len(frames):
                continue
            own = self._texts(key, frames, scope)
            ease = self._ease(key)
            if ease is None or index + 1 == len(keys):
                result += _without_blend(own)
                continue
            stop, following = keys[index + 1]
            along = np.clip((frames - start) / (stop - start), 0.0, 1.0)
            weights = np.clip(EASINGS[ease](along), 0.0, 1.0).tolist()
            result += map(_blend, own, self._texts(following, frames, scope), weights)
        return tuple(result)

    def key_frames(self, scope: Scope) -> tuple[int, ...]:
        """Returns the frames of the film that have a key, ascending."""
        return tuple(frame for frame, _ in self._keys_by_frame(scope) if 0 <= frame < scope.frames)

    def warnings(self, scope: Scope) -> tuple[ScheduleWarning, ...]:
        """Returns warnings about probable mistakes: keys outside the film, duplicates, `AND` in a morph."""
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

    def _keys_by_frame(self, scope: Scope) -> list[tuple[int, PromptKey]]:
        by_frame = {key.at.frame(scope): key for key in self.keys}
        return sorted(by_frame.items())

    def _texts(self, key: PromptKey, frames: NDArray[np.int64], scope: Scope) -> list[tuple[str, str]]:
        """Returns the positive and negative text of a key at each of `frames`."""
        chosen = choose(self._whole(key), scope.seed, self.keys.index(key))
        rendered = PromptText.parse(chosen, names=VARIABLES | scope.names).render(
            frames, scope, short_numbers
        )
        split = {text: split_negative(text) for text in set(rendered)}
        return [split[text] for text in rendered]

    def _whole(self, key: PromptKey) -> str:
        """Returns the text of a key with the common parts added, as `positive --neg negative`."""
        common = f"{NEGATIVE} {self.negative}"
        parts = [split_negative(text) for text in (self.prefix, key.text, self.suffix, common)]
        positives, negatives = zip(*parts, strict=True)
        return f"{' '.join(filter(None, positives))} {NEGATIVE} {', '.join(filter(None, negatives))}"

    def as_written(self, scope: Scope, *, combined: bool = True) -> tuple[str, ...]:
        """Returns each frame's prompt as Deforum shows it: in one text, and before its math is evaluated.

        Args:
            scope: The film.
            combined: False leaves out the common prefix, suffix and negative prompt, and `--neg` with them.
        """
        keyed = self._combined if combined else [(key.at, key.text) for key in self.keys]
        if self._morphs:
            texts = compat_prompts.series(keyed, scope, lambda text, frames: [text] * len(frames))
            return tuple(text for text, _ in texts)
        return tuple(compat_prompts.expand(keyed, scope))

    @property
    def _morphs(self) -> bool:
        return any(self._ease(key) for key in self.keys)

    @property
    def _combined(self) -> compat_prompts.Keyed:
        """Returns the keyed prompts with the common parts added, as Deforum does it."""
        return [
            (key.at, compat_prompts.combine(f"{key.text} {self.suffix}".rstrip(), self.prefix, self.negative))
            for key in self.keys
        ]

    def _deforum_frames(self, scope: Scope) -> tuple[PromptFrame, ...]:
        keyed = self._combined
        if not self._morphs:
            texts = compat_prompts.prepare_all(compat_prompts.expand(keyed, scope), scope)
            by_text = {text: PromptFrame(*split_negative(text)) for text in set(texts)}
            return tuple(by_text[text] for text in texts)
        wide = compat_prompts.interpolation_scope(scope)
        series = compat_prompts.series(keyed, scope, lambda text, at: compat_prompts.render(text, at, wide))
        return tuple(PromptFrame(*split_negative(text), blend) for text, blend in series)


def _without_blend(texts: list[tuple[str, str]]) -> list[PromptFrame]:
    by_text = {text: PromptFrame(*text) for text in set(texts)}
    return [by_text[text] for text in texts]


def _blend(own: tuple[str, str], other: tuple[str, str], weight: float) -> PromptFrame:
    """Returns the blend of two prompts; `weight` is that of the second."""
    if weight in (0.0, 1.0) or own == other:
        return PromptFrame(*(other if weight == 1.0 else own))
    parts = ((*own, 1 - weight), (*other, weight))
    positive = own[0] if own[0] == other[0] else _weight([(p, w) for p, _, w in parts if p])
    negative = own[1] if own[1] == other[1] else _weight([(n, w) for _, n, w in parts if n])
    return PromptFrame(positive, negative, parts)


def _weight(parts: list[tuple[str, float]]) -> str:
    return " AND ".join(f"({text}):{weight:.6g}" for text, weight in parts)
