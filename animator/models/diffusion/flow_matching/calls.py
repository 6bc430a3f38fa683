"""What a flow-matching network is called with at each step: the prompts, their weights and the guidance."""

import logging
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from animator.core.log_collector import warn_once
from animator.models.diffusion.checkpoints.flow_families import FlowFamily
from animator.models.diffusion.flow_matching.guided import Call, Calls, in_predictions, mean
from animator.models.diffusion.flow_matching.ip_adapter import arguments_of
from animator.models.diffusion.flow_matching.network import Arguments
from animator.models.diffusion.flow_matching.texts import FlowTexts
from animator.models.diffusion.ip_adapter.adapters import Embedded
from animator.models.diffusion.prompts.by_step import StepPrompts, prompts_by_step
from animator.models.diffusion.prompts.syntax import pieces, split_and
from animator.models.diffusion.request import GenerationRequest, input_scale

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class FlowPrompts:
    """Turns a request's prompts into calls of the network.

    Attributes:
        family: The model's family.
        texts: Encodes them.
        takes_scale: True for a guidance-distilled network, which takes the guidance scale as an input.
        is_distilled: True for a network that is not guided away from a negative prompt at all.
    """

    family: FlowFamily
    texts: FlowTexts
    takes_scale: bool
    is_distilled: bool

    @classmethod
    def of(cls, family: FlowFamily, pipeline: Any, texts: FlowTexts) -> "FlowPrompts":
        """Returns those of a loaded pipeline."""
        takes_scale = bool(getattr(pipeline.transformer.config, "guidance_embeds", False))
        is_distilled = family.guidance == "embedded" or bool(pipeline.config.get("is_distilled", False))
        return cls(family, texts, takes_scale or family.guidance == "embedded", is_distilled)

    def calls(
        self, request: GenerationRequest, steps: int, state: Hashable, shown: Sequence[Embedded] = ()
    ) -> Sequence[Calls]:
        """Returns the calls of each step, or one entry for all steps where the prompt stays the same.

        Args:
            request: The request.
            steps: Number of steps that run.
            state: LoRA files merged into the text encoders; texts are encoded once per state.
            shown: The image prompts, encoded.
        """
        by_step = prompts_by_step(request.prompt, steps)
        asked = _Asked(request, state, tuple(shown))
        made = {prompts: self._of_step(prompts, asked) for prompts in dict.fromkeys(by_step)}
        return [made[prompts] for prompts in by_step]

    def alone(self, text: str, clip_skip: int, scale: float) -> Arguments:
        """Returns what the network is called with for a prompt alone, without guidance, as in training.

        Args:
            text: The prompt; its emphasis has no effect.
            clip_skip: As for `FlowTexts.encode`.
            scale: Guidance scale, for a network that takes it as an input.
        """
        return self.texts.encode(self._plain(text), None, clip_skip, ()) | self._scales(1.0, scale)

    def _of_step(self, prompts: StepPrompts, asked: "_Asked") -> Calls:
        calls: list[Call] = []
        for positive, negative, share in prompts:
            calls += self._of_pair(positive, negative, share, asked)
        return in_predictions(_merged(calls), self.family)

    def _of_pair(self, positive: str, negative: str, share: float, asked: "_Asked") -> list[Call]:
        """Returns the calls of a prompt, whose parts `AND` joins, and its negative prompt."""
        parts, request = split_and(positive), asked.request
        no = self._plain(" ".join(text for text, _ in split_and(negative)))
        is_guided = self._is_guided(request, no)
        total = sum(weight for _, weight in parts)
        own = share / (total or 1.0) if is_guided and request.guidance.rescale else 0.0
        calls = [
            Call(
                self._call(self._plain(text), no if is_guided else None, asked) | asked.images(),
                share * weight,
                own * weight,
            )
            for text, weight in parts
        ]
        if is_guided and total != 1:
            alone = self._call(no, None, asked) | asked.images(is_negative=True)
            calls.append(Call(alone, share * (1 - total)))
        elif total not in (0, 1):
            calls = [replace(call, weight=call.weight / total) for call in calls]
        return calls

    def _call(self, text: str, negative: str | None, asked: "_Asked") -> dict[str, Any]:
        request = asked.request
        embeddings = self.texts.encode(text, negative, request.clip_skip, asked.state)
        scale = request.cfg_scale if negative is not None else 1.0
        return {**embeddings, **self._scales(scale, input_scale(request))}

    def _is_guided(self, request: GenerationRequest, negative: str) -> bool:
        """Returns True if the network is guided away from the negative prompt."""
        if request.cfg_scale <= 1:
            return False
        is_asked = not self.takes_scale or (request.guidance.distilled is not None and bool(negative))
        if self.is_distilled or not is_asked:
            self._tell_unguided(request)
        return is_asked and not self.is_distilled

    def _tell_unguided(self, request: GenerationRequest) -> None:
        """Says once that there is no contrast of guidance to bring back."""
        if not request.guidance.rescale:
            return
        remedy = "" if self.is_distilled else "; give distilled_cfg_scale and a negative prompt"
        warn_once(
            log,
            "cfg_rescale: has no effect on %s, which makes no second prediction%s",
            self.family.title,
            remedy,
        )

    def _scales(self, scale: float, own: float) -> dict[str, Any]:
        """Returns the arguments for a scale between two prompts, and for one that is an input."""
        if self.family.guidance == "usual":
            return {"guidance_scale": scale}
        if self.family.guidance == "added":
            return {"guidance_scale": scale - 1.0}
        scales = {"true_cfg_scale": scale} if self.family.guidance == "true" else {}
        return scales | ({"guidance_scale": own} if self.takes_scale else {})

    def _plain(self, prompt: str) -> str:
        """Returns a text without emphasis, which these text encoders do not take."""
        found = pieces(prompt)
        if any(piece.weight != 1.0 for piece in found):
            warn_once(
                log,
                "prompt: emphasis such as (word:1.3) has no effect on %s; AND and [one:two:0.5] have",
                self.family.title,
            )
        return " ".join(piece.text for piece in found if piece.text is not None)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What all calls of a request share.

    Attributes:
        request: The request.
        state: LoRA files merged into the text encoders.
        shown: The image prompts, encoded.
    """

    request: GenerationRequest
    state: Hashable
    shown: tuple[Embedded, ...]

    def images(self, *, is_negative: bool = False) -> dict[str, Tensor]:
        """Returns the arguments that show the images, to a call of a prompt or of the negative one alone."""
        return arguments_of(self.shown, is_negative=is_negative)


def _merged(calls: Sequence[Call]) -> Calls:
    """Returns calls that differ in embeddings of one form as one, with the mean of their embeddings.

    While a prompt morphs into another one, this is one network call instead of two.
    """
    first, *others = calls
    if not others or not all(_is_alike(first.arguments, other.arguments) for other in others):
        return tuple(calls)
    if _has_masks(first.arguments) or any(call.weight < 0 for call in calls):
        return tuple(calls)
    merged = {
        name: mean([(call.arguments[name], call.weight) for call in calls]) if _is_text(value) else value
        for name, value in first.arguments.items()
    }
    return (Call(merged, 1.0, sum(call.own for call in calls)),)


def _is_text(value: object) -> bool:
    return isinstance(value, (Tensor, list))


def _has_masks(call: Mapping[str, Any]) -> bool:
    return any("mask" in name and value is not None for name, value in call.items())


def _is_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys() and all(
        _shapes(one[name]) == _shapes(other[name]) if _is_text(one[name]) else one[name] == other[name]
        for name in one
    )


def _shapes(value: Any) -> list[tuple[int, ...]]:
    return [tuple(part.shape) for part in ([value] if isinstance(value, Tensor) else value)]
