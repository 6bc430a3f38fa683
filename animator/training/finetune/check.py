"""`check_training`: settings of a training with every problem at once, before a model is loaded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from animator.core.confinement import named_path
from animator.errors import ModelError, PresetError, Problem
from animator.generation.files import outside_problems, resolve_files
from animator.generation.resolve import defaults_for
from animator.models.diffusion.checkpoints import usable
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.checkpoints.find import STARTER
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.parts import Rest
from animator.models.folders import model_folders
from animator.settings.problems import Problems
from animator.settings.raw import RawPreset
from animator.settings.validate import text_problems
from animator.training.finetune.data.examples import Example, read_examples
from animator.training.finetune.data.prompts import NAME, template_lines
from animator.training.finetune.defaults import suits
from animator.training.finetune.flow_checks import SAMPLER, flow_problems, size_step, unet_problems
from animator.training.finetune.groups import HypernetworkSettings
from animator.training.finetune.peft_package import check_peft
from animator.training.finetune.result import check_result, result_path
from animator.training.finetune.settings import TrainingSettings
from animator.training.finetune.validated import validate

_TAUGHT = ("sd1", "sd2", "sdxl", *FLOW_FAMILIES)
_UNET_SAMPLER = "Euler a"


@dataclass(frozen=True)
class Checked:
    """A training that can begin.

    Attributes:
        settings: Its settings, with files resolved and open values filled.
        examples: The images.
        lines: The templates of prompts; none for those that suit each image.
    """

    settings: TrainingSettings
    examples: tuple[Example, ...]
    lines: tuple[str, ...]


def check_training(draft: RawPreset, problems: Iterable[Problem] = ()) -> Checked:
    """Returns a training, if it can begin.

    Args:
        draft: The settings as given.
        problems: Those known already, to be reported with the others.

    Raises:
        PresetError: With every problem, each with its place.
    """
    known = [*problems, *(unreadable := text_problems(draft))]
    if unreadable:
        raise PresetError(draft.source, draft.in_order(known))
    outside = outside_problems(draft, TrainingSettings)
    if outside:
        known += outside
    else:
        draft, missing = resolve_files(draft, TrainingSettings)
        known += missing
    valid = validate(draft)
    known += valid.problems
    if valid.settings is None or outside:  # then nothing is looked for, not even what may be named
        raise PresetError(draft.source, draft.in_order(known), more=valid.more)
    found = Problems(draft)
    checked = _checked(valid.settings, found)
    listed = (*known, *(problem for problem in found if problem.path not in {one.path for one in known}))
    if listed:
        raise PresetError(draft.source, draft.in_order(listed), found.hint)
    return checked


def _checked(settings: TrainingSettings, problems: Problems) -> Checked:
    library = Library(model_folders(settings.model_folders))
    facts: ModelFacts | None = None
    with problems.at("architecture"):
        if settings.architecture:
            read_config(named_path(settings.architecture) / "unet" / "config.json")
    with problems.at("model"):
        facts = _facts(settings, library)
    if settings.kind == "lora":
        with problems.at("kind"):
            check_peft()
    lines: tuple[str, ...] = ()
    with problems.at("data.template_file"):
        lines = template_lines(settings.data)
    if settings.kind == "embedding" and any(NAME not in line for line in lines):
        problems.add("data.template", f"has a line without {NAME}; every prompt needs the embedding's name")
    _check_kind(settings, facts, problems)
    _check_classes(settings, problems)
    filled = _filled(settings, facts)
    with problems.at("name"):
        check_result(result_path(filled), overwrite=settings.overwrite)
    return Checked(filled, read_examples(settings.concepts, settings.data.captions, problems), lines)


def _check_classes(settings: TrainingSettings, problems: Problems) -> None:
    for index, concept in enumerate(settings.concepts):
        if concept.class_folder and not concept.class_prompt:
            problems.add(
                ("concepts", str(index), "class_prompt"), "is empty; say what the images of class_folder show"
            )
        if concept.class_prompt and settings.architecture and not concept.class_folder:
            problems.add(
                ("concepts", str(index), "class_folder"),
                "is empty; a model with an architecture of its own generates no class images: give some",
            )


def _facts(settings: TrainingSettings, library: Library) -> ModelFacts | None:
    facts = usable.check_model(settings.model, library, settings.architecture)
    if facts is not None and facts.is_network:
        facts = usable.check_rest(settings.model, library, Rest())
    if facts is not None and facts.family not in _TAUGHT:
        raise ModelError(
            f"model {settings.model}: is {FAMILY_NAMES.get(facts.family, facts.family)}; taught can be "
            f"{', '.join(FAMILY_NAMES[family] for family in _TAUGHT)} and the built-in model"
        )
    return facts


def _check_kind(settings: TrainingSettings, facts: ModelFacts | None, problems: Problems) -> None:
    """Checks what only some kinds of trainings, or some models, can do."""
    if settings.text_encoder and settings.kind in ("embedding", "hypernetwork"):
        problems.add(
            "text_encoder", f"is true; a training of the kind {settings.kind} leaves text encoders alone"
        )
    if facts is not None and facts.text_layers and settings.clip_skip > min(facts.text_layers):
        layers = min(facts.text_layers)
        problems.add("clip_skip", f"is {settings.clip_skip}; this model's text encoder has {layers} layers")
    _check_family(settings, facts, problems)
    step = size_step(facts)
    if settings.size is not None and any(side % step for side in settings.size):
        problems.add("size", f"is {settings.size[0]}x{settings.size[1]}; expected multiples of {step}")
    if settings.dreambooth.format == "safetensors" and settings.model == STARTER:
        problems.add("dreambooth.format", "is safetensors; the built-in model is written as diffusers")
    if settings.kind == "embedding":
        _check_embedding(settings, problems)
    if settings.kind == "hypernetwork":
        _check_hypernetwork(settings.hypernetwork, problems)


def _check_family(settings: TrainingSettings, facts: ModelFacts | None, problems: Problems) -> None:
    """Checks what flow-matching models cannot do, and what only they can; nothing of an unknown model."""
    if facts is None:
        return
    family = FLOW_FAMILIES.get(facts.family)
    found = unet_problems(settings) if family is None else flow_problems(settings, family)
    for setting, message in found:
        problems.add(setting, message)


def _check_embedding(settings: TrainingSettings, problems: Problems) -> None:
    if settings.data.caption_dropout:
        problems.add("data.caption_dropout", "is above 0; a prompt without the embedding teaches it nothing")
    for index, concept in enumerate(settings.concepts):
        if concept.class_prompt:
            place = ("concepts", str(index), "class_prompt")
            problems.add(place, "is given; a training of the kind embedding changes nothing that a class has")


def _check_hypernetwork(network: HypernetworkSettings, problems: Problems) -> None:
    if network.layers[0] != 1 or network.layers[-1] != 1:
        problems.add("hypernetwork.layers", "does not begin and end with 1, such as [1, 2, 1]")
    if any(not 0 < factor <= 64 for factor in network.layers):
        problems.add("hypernetwork.layers", "has a multiple that is not above 0 and at most 64")
    if network.dropouts and len(network.dropouts) != len(network.layers):
        problems.add(
            "hypernetwork.dropouts",
            f"has {len(network.dropouts)} numbers; expected {len(network.layers)}, one for each layer",
        )


def _filled(settings: TrainingSettings, facts: ModelFacts | None) -> TrainingSettings:
    """Returns settings with what suits kind and model where they were left open."""
    is_built_in = settings.model == STARTER
    usual = suits(settings.kind, is_built_in=is_built_in)
    model = defaults_for(settings.model, settings.model_folders)
    is_flow = model.begins_within_steps if facts is None else facts.is_transformer
    rate = settings.rate or usual.rate
    size = settings.size or (model.side, model.side)
    preview = settings.preview.model_copy(
        update={
            "steps": settings.preview.steps or model.steps,
            "cfg_scale": model.cfg_scale
            if settings.preview.cfg_scale is None
            else settings.preview.cfg_scale,
            "size": settings.preview.size or size,
            "sampler": settings.preview.sampler or (SAMPLER if is_flow else _UNET_SAMPLER),
        }
    )
    update: Mapping[str, Any] = {
        "steps": settings.steps or usual.steps,
        "rate": rate,
        "text_rate": settings.text_rate or rate,
        "text_encoder": bool(settings.text_encoder),
        "size": size,
        "preview": preview,
        "lora": settings.lora.model_copy(
            update={"format": settings.lora.format or ("diffusers" if is_flow else "kohya")}
        ),
    }
    return settings.model_copy(update=update)
