"""Prompts: a positive and a negative text for every frame, from keyed prompts."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules import compat_prompts
from schedules.easing import EASINGS
from schedules.errors import ScheduleError, ScheduleWarning
from schedules.formula import Formula, Place
from schedules.keys import KeyTime, parse_key
from schedules.prompt_text import PromptText, short_numbers, split_negative
from schedules.scope import Scope
from schedules.sources import Frozen, entries, freeze, thaw
from schedules.values import check_ease
from schedules.warning import key_warnings
from schedules.wildcards import choose

MAX_PROMPT = 100_000
MAX_FORMULAS = 1_000


@dataclass(frozen=True)
class PromptFrame:
    """What to draw on one frame.

    Attributes:
        positive: The prompt; between two keys that morph `(one):0.7 AND (other):0.3`.
        negative: What not to draw, likewise.
        blend: While morphing (positive, negative, weight) of both prompts, for blending embeddings; else empty.
    """

    positive: str
    negative: str
    blend: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True)
class PromptKey:
    """One keyed prompt: when, what, and by which easing it morphs into the next (None: it does not)."""

    at: KeyTime
    text: str
    ease: str | None
    label: str = ""


@dataclass(frozen=True)
class Prompts:
    """A positive and a negative text for every frame. Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        prefix: Goes before every prompt.
        suffix: Goes behind every prompt.
        negative: Goes behind every negative part.
        keys: The keyed prompts in written order.
    """

    frozen: Frozen
    prefix: str
    suffix: str
    negative: str
    keys: tuple[PromptKey, ...] = field(compare=False)

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
            source: One prompt for all frames; a mapping `{0: "a lake", "max_f/2": "a forest --neg fog"}`, where a value may
                also be `{text: "a lake", negative: "fog", ease: linear}` and `morph: linear` makes all keys
                morph; the same mapping as JSON text; or a list of prompts, spread evenly over the film.
            prefix: Text before every prompt; separated by a blank.
            suffix: Text behind every prompt; separated by a blank.
            negative: Negative text common to all.

        Raises:
            ScheduleError: No prompts, or maths in one that cannot be read; points at the column.
        """
        given = _from_json(source) if isinstance(source, str) else source
        if isinstance(given, str):
            keys: tuple[PromptKey, ...] = (PromptKey(parse_key("0", Place("0")), given, None),)
        elif isinstance(given, Mapping):
            keys = _mapping_keys(given)
        elif isinstance(given, Sequence):
            keys = _list_keys(given)
        else:
            raise ScheduleError(f"prompts are text, a mapping or a list, not {given!r:.80}")
        if sum(_formulas(key) for key in keys) > MAX_FORMULAS:
            raise ScheduleError(f"more than {MAX_FORMULAS} formulas in the prompts")
        return cls(freeze(source), prefix, suffix, negative, keys)

    @property
    def source(self) -> Any:
        """The prompts as they were written: text, a dict or a list, ready for YAML."""
        return thaw(self.frozen)

    def morphing(self, ease: str = "linear") -> "Prompts":
        """Returns these prompts with every key morphing into the next, as Interpolation mode does."""
        check_ease(ease, Place(ease))
        return replace(self, keys=tuple(replace(key, ease=key.ease or ease) for key in self.keys))

    def at(self, scope: Scope) -> tuple[PromptFrame, ...]:
        """Returns what to draw on each frame.

        Raises:
            ScheduleError: A key or maths that gives no number; names the frame.
        """
        if scope.compat:
            return self._reference_frames(scope)
        placed = self._placed(scope)
        frames = np.arange(scope.frames)
        result: list[PromptFrame] = []
        for index, (start, key) in enumerate(placed):
            stop = placed[index + 1][0] if index + 1 < len(placed) else scope.frames
            lo, hi = (0 if index == 0 else max(start, 0)), min(stop, scope.frames)
            if lo >= hi:
                continue
            own = self._texts(key, frames[lo:hi], scope)
            following = placed[index + 1][1] if index + 1 < len(placed) else None
            if following is None or key.ease is None or key.ease == "hold":
                result += _plain(own)
                continue
            other = self._texts(following, frames[lo:hi], scope)
            weights = EASINGS[key.ease](np.clip((frames[lo:hi] - start) / (stop - start), 0.0, 1.0))
            result += [_morphed(*pair) for pair in zip(own, other, weights.tolist(), strict=True)]
        return tuple(result)

    def key_frames(self, scope: Scope) -> tuple[int, ...]:
        """Returns the frames within the film that carry a key, ascending."""
        return tuple(frame for frame, _ in self._placed(scope) if 0 <= frame < scope.frames)

    def warnings(self, scope: Scope) -> tuple[ScheduleWarning, ...]:
        """Returns what is probably not meant: keys outside the film, doubled keys, `AND` inside a morph."""
        inside = [
            ScheduleWarning(f"{key.label}`AND` inside a prompt that morphs: the weights will mix")
            for key in self.keys
            if _morphs(key) and " AND " in key.text
        ]
        return (*key_warnings([key.at for key in self.keys], scope), *inside)

    def _placed(self, scope: Scope) -> list[tuple[int, PromptKey]]:
        by_frame = {key.at.frame(scope): key for key in self.keys}
        return sorted(by_frame.items())

    def _texts(self, key: PromptKey, frames: NDArray[np.int64], scope: Scope) -> list[tuple[str, str]]:
        """Returns a key's positive and negative text at each of `frames`."""
        chosen = choose(key.text, scope.seed, self.keys.index(key))
        rendered = PromptText.parse(chosen).render(frames, scope, short_numbers)
        return [self._completed(*split_negative(text)) for text in rendered]

    def _completed(self, positive: str, negative: str) -> tuple[str, str]:
        common = self.negative.replace("--neg", " ").strip()
        whole = " ".join(part for part in (self.prefix.strip(), positive, self.suffix.strip()) if part)
        return whole, ", ".join(part for part in (negative, common) if part)

    def _reference_frames(self, scope: Scope) -> tuple[PromptFrame, ...]:
        keyed = [
            (key.at, compat_prompts.combine(f"{key.text} {self.suffix}".rstrip(), self.prefix, self.negative))
            for key in self.keys
        ]
        if not any(_morphs(key) for key in self.keys):
            texts = compat_prompts.prepared(compat_prompts.expand(keyed, scope), scope)
            made = {text: PromptFrame(*split_negative(text)) for text in set(texts)}
            return tuple(made[text] for text in texts)
        wide = compat_prompts.interpolation_scope(scope)
        series = compat_prompts.series(keyed, scope, lambda text, at: compat_prompts.render(text, at, wide))
        return tuple(PromptFrame(*split_negative(text), blend) for text, blend in series)


def _morphs(key: PromptKey) -> bool:
    return key.ease not in (None, "hold")


def _plain(texts: list[tuple[str, str]]) -> list[PromptFrame]:
    made = {text: PromptFrame(*text) for text in set(texts)}
    return [made[text] for text in texts]


def _morphed(own: tuple[str, str], other: tuple[str, str], weight: float) -> PromptFrame:
    """Returns the blend of two prompts, of which the second has `weight`."""
    if weight == 0.0 or own == other:
        return PromptFrame(*own)
    parts = ((*own, 1 - weight), (*other, weight))
    positive = own[0] if own[0] == other[0] else _weighted([(p, w) for p, _, w in parts if p])
    negative = own[1] if own[1] == other[1] else _weighted([(n, w) for _, n, w in parts if n])
    return PromptFrame(positive, negative, parts)


def _weighted(parts: list[tuple[str, float]]) -> str:
    return " AND ".join(f"({text}):{weight:.6g}" for text, weight in parts)


def _from_json(text: str) -> Any:
    """Returns the mapping or list that `text` is as JSON, else `text` itself."""
    if not re.match(r"\s*(\{\s*[\"'\d]|\[\s*[\"{])", text):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if not re.match(r"\s*\{\s*[\"'\d][^|{}]*:", text):
            return text
        hint = "prompts as JSON have double quotes, a comma between keys and none behind the last"
        raise ScheduleError(f"broken JSON: {error.msg}", text=text, column=error.pos, hint=hint) from None
    except RecursionError:
        raise ScheduleError("the JSON is too deeply nested", text=text, column=0) from None


def _mapping_keys(source: Mapping[Any, Any]) -> tuple[PromptKey, ...]:
    rest = {key: value for key, value in source.items() if key != "morph"}
    morph = check_ease(source["morph"], Place(str(source["morph"]))) if "morph" in source else None
    if not rest:
        raise ScheduleError("there is no prompt", hint='write keys such as {0: "a lake at dawn"}')
    return tuple(_prompt_key(entry.at, entry.value, morph, entry.place) for entry in entries(rest))


def _list_keys(source: Sequence[Any]) -> tuple[PromptKey, ...]:
    if not source:
        raise ScheduleError("there is no prompt", hint='write a prompt, such as "a lake at dawn"')
    keys = []
    for index, item in enumerate(source):
        at = parse_key(f"{index}*(max_f+1)/{len(source)}", Place(str(item)[:80]))
        keys.append(_prompt_key(at, item, None, Place(str(item), 0, f"prompt {index + 1}: ")))
    return tuple(keys)


def _prompt_key(at: KeyTime, value: Any, morph: str | None, place: Place) -> PromptKey:
    ease = morph
    if isinstance(value, Mapping):
        if "text" not in value or set(value) - {"text", "negative", "ease"}:
            raise place.error("a prompt as a mapping has `text` and, if wanted, `negative` and `ease`", 0)
        ease = check_ease(value["ease"], place) if "ease" in value else morph
        value = f"{value['text']} --neg {value['negative']}" if value.get("negative") else value["text"]
    if not isinstance(value, str):
        raise place.error("a prompt is text", 0)
    return PromptKey(at, value, ease, place.label)


def _formulas(key: PromptKey) -> int:
    """Returns how many formulas a prompt has, having read them all."""
    if len(key.text) > MAX_PROMPT:
        raise ScheduleError(f"{key.label}a prompt of {len(key.text)} characters; {MAX_PROMPT} is the most")
    if key.text.count("`") > 2 * MAX_FORMULAS:
        raise ScheduleError(f"{key.label}more than {MAX_FORMULAS} formulas in a prompt")
    return sum(isinstance(piece, Formula) for piece in PromptText.parse(key.text).pieces)
