"""What trainings of flow-matching models cannot do, in words: `flow_problems`."""

from collections.abc import Iterator

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES, FlowFamily
from animator.models.diffusion.samplers.registry import find_sampler, other_samplers, takes_any_sigmas
from animator.training.finetune.data.buckets import LATENT
from animator.training.finetune.groups import FlowSettings
from animator.training.finetune.settings import TrainingSettings

SAMPLER = "Euler"
"""Of previews of flow-matching models, which take no fresh noise."""


def flow_problems(settings: TrainingSettings, family: FlowFamily) -> Iterator[tuple[str, str]]:
    """Yields what a family's trainings cannot do: the setting, and what is wrong with it.

    Args:
        settings: The training.
        family: The model's family.
    """
    title = family.title
    if settings.kind != "lora":
        yield "kind", f"is {settings.kind}; {title} is taught as a LoRA: animator train lora"
    if settings.text_encoder:
        yield "text_encoder", f"is true; {family.encoders} stay as they are in a training of {title}"
    if settings.loss.min_snr:
        yield (
            "loss.min_snr",
            f"has no meaning for {title}, whose noise levels flow.timesteps and flow.shift weight",
        )
    if settings.lora.format == "kohya":
        yield (
            "lora.format",
            f"is kohya; a LoRA of {title} is written in diffusers' names, which ComfyUI reads, too",
        )
    if settings.clip_skip > 1 and not family.takes_clip_skip:
        yield (
            "clip_skip",
            f"is {settings.clip_skip}; {title} always reads the same layers of its encoders",
        )
    sampler = settings.preview.sampler
    if sampler and not takes_any_sigmas(find_sampler(sampler)):
        yield "preview.sampler", f"is {sampler}; {other_samplers(settings.model)}"


def unet_problems(settings: TrainingSettings) -> Iterator[tuple[str, str]]:
    """Yields the settings that only flow-matching models have, of a training of another one."""
    for name, field in FlowSettings.model_fields.items():
        if getattr(settings.flow, name) != field.default:
            yield f"flow.{name}", f"is for flow-matching models; {settings.model} is another one"


def check_flow(settings: TrainingSettings, family: FlowFamily) -> None:
    """Checks a training of a model whose family was not known before it was loaded.

    Raises:
        ModelError: It cannot be done.
    """
    for setting, message in flow_problems(settings, family):
        raise ModelError(f"{setting}: {message}")


def size_step(facts: ModelFacts | None) -> int:
    """Returns what sizes in training are multiples of, for a model of these facts."""
    if facts is None or not facts.is_transformer:
        return LATENT
    return (facts.latents.factor or LATENT) * FLOW_FAMILIES[facts.family].patch
