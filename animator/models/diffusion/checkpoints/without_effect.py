"""Settings of a generation that have no effect on a model, with the reason, for people."""

from collections.abc import Callable, Mapping

from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES

_NO_SECOND = "is distilled: it makes no second prediction that guidance could compare"
_BY_INPUT = "takes the guidance scale as an input and makes no second prediction"


def without_effect(facts: ModelFacts) -> Mapping[str, str]:
    """Returns the settings that a model does not use, by name, each with the reason: words after "the model".

    The names are those of the settings of films' `diffusion` and of images.
    """
    return {name: reason for name, why in _REASONS.items() if (reason := why(facts))}


def _clip_skip(facts: ModelFacts) -> str:
    family = FLOW_FAMILIES.get(facts.family)
    if family is None or family.takes_clip_skip:
        return ""
    return f"is {family.title}, whose pipeline always reads the same layers of its text encoders"


def _cfg_scale(facts: ModelFacts) -> str:
    return _NO_SECOND if facts.is_distilled and not facts.takes_scale else ""


def _cfg_rescale(facts: ModelFacts) -> str:
    if not facts.is_distilled:
        return ""
    return _BY_INPUT if facts.takes_scale else _NO_SECOND


def _distilled_cfg_scale(facts: ModelFacts) -> str:
    is_other = facts.is_transformer and not facts.takes_scale
    return "takes no guidance scale as an input" if is_other else ""


def _image_cfg_scale(facts: ModelFacts) -> str:
    return f"is {FAMILY_NAMES[facts.family]}, and no InstructPix2Pix model" if facts.is_transformer else ""


def _architecture(facts: ModelFacts) -> str:
    return "is described by its own folder, or by that of diffusion.parts" if facts.is_transformer else ""


def _parts(facts: ModelFacts) -> str:
    return "" if facts.is_network else "is complete: text encoders and VAE come from where it is"


_REASONS: Mapping[str, Callable[[ModelFacts], str]] = {
    "clip_skip": _clip_skip,
    "cfg_scale": _cfg_scale,
    "cfg_rescale": _cfg_rescale,
    "distilled_cfg_scale": _distilled_cfg_scale,
    "image_cfg_scale": _image_cfg_scale,
    "architecture": _architecture,
    "parts": _parts,
    "text_encoders": _parts,
}
