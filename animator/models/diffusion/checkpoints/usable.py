"""Checks by headers and configs whether model files can be used, alone and together; none is opened."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from animator.core.paths import is_folder
from animator.core.permissions import permissions
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.control_facts import FLOW_CLASSES, control_facts
from animator.models.diffusion.checkpoints.control_tasks import check_task
from animator.models.diffusion.checkpoints.facts import ModelFacts, facts_of, flow_facts
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header
from animator.models.diffusion.checkpoints.find import STARTER, Checkpoint, find_checkpoint
from animator.models.diffusion.checkpoints.identify import (
    FAMILY_NAMES,
    family_of_width,
    identify_header,
)
from animator.models.diffusion.checkpoints.latent_shape import (
    UNKNOWN,
    LatentShape,
    shape_of_config,
    shape_of_file,
)
from animator.models.diffusion.checkpoints.library import INDEX, Library
from animator.models.diffusion.checkpoints.lora_keys import split_key
from animator.models.diffusion.checkpoints.parts import Rest, find_parts
from animator.models.diffusion.controlnet.find import CONFIG, find_controlnet
from animator.models.diffusion.ip_adapter.find import find_adapter
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.prompts.syntax import HypernetTag, LoraTag
from animator.models.hub import is_in_cache, not_downloaded
from animator.models.model_folder import check_model_folder
from animator.models.permitted import check_model_readable, check_readable

Models = Mapping[str, ModelFacts]
"""The facts of each model that is used, by its name."""


def check_model(
    name: str, library: Library, architecture: str = "", *, is_refiner: bool = False
) -> ModelFacts | None:
    """Returns the facts of a model that may be used; None where they are not known.

    Args:
        name: Of the model.
        library: Finds models by name.
        architecture: Folder of configs for a single file; empty for the packaged ones.
        is_refiner: True for a model that makes the last steps only.

    Raises:
        ModelError: It is missing, broken, may not be read, or does not generate images.
    """
    checkpoint = find_checkpoint(name, library)
    check_permitted(checkpoint)
    facts = facts_of(checkpoint, architecture, is_refiner=is_refiner)
    if checkpoint.kind == "folder":
        for path in sorted(Path(checkpoint.location).glob(f"*/*{SAFE}")):
            read_header(path)
    return facts


def check_rest(name: str, library: Library, rest: Rest) -> ModelFacts:
    """Returns the facts of a model whose file lacks something that is there.

    Args:
        name: Of a model whose file holds its network alone.
        library: Finds models by name.
        rest: What the settings name for it.

    Raises:
        ModelError: It is missing, incomplete, or of another family.
    """
    header = read_header(Path(find_checkpoint(name, library).location))
    folder = find_parts(name, header, library, rest)
    return replace(flow_facts(folder, identify_header(header).family), is_network=True)


def check_refiner(name: str, library: Library, models: Models, architecture: str = "") -> ModelFacts | None:
    """Returns the facts of a model for the last steps of others; None where they are not known.

    Args:
        name: Of the model, which may be one that generates no images alone.
        library: Finds models by name.
        models: Those that make the first steps.
        architecture: As for `check_model`.

    Raises:
        ModelError: It is missing, broken, may not be read, or has other latents than the models.
    """
    facts = check_model(name, library, architecture, is_refiner=True)
    for model, base in models.items():
        # Transformers have no refiner at all, which is another problem.
        if facts is None or base.is_transformer or base.shares_latents(facts):
            continue
        raise ModelError(
            f"{name} is {FAMILY_NAMES[facts.family]}, whose latents are not those of the model {model}, "
            f"which is {'built in' if model == STARTER else FAMILY_NAMES[base.family]}; "
            "use a refiner of the same base"
        )
    return facts


def check_vae(name: str, library: Library, models: Models) -> None:
    """Checks a VAE that replaces the models' own, and that its latents have their shape.

    Raises:
        ModelError: It is missing, may not be read, is not a VAE, or was made for other models.
    """
    location = library.locate(name)
    if location is None:
        raise ModelError(f"{name}: there is no such file or folder, here or in {library.searched}")
    made = _latents_of_vae(name, location)
    for model, facts in models.items():
        if not facts.latents.fits(made):
            raise ModelError(
                f"{name}: was made for other models: its latents have {made}; those of the model {model} "
                f"have {facts.latents}; use a VAE of its own family"
            )


def _latents_of_vae(name: str, location: Path) -> LatentShape:
    """Returns the shape of the latents of a VAE; of a pickled file, it is not known."""
    if is_folder(location):
        check_model_folder(location)
        part = location / "vae" if (location / INDEX).is_file() else location
        return shape_of_config(read_config(part / CONFIG))
    check_readable(location)
    if location.suffix != SAFE:
        return UNKNOWN
    header = read_header(location)
    if (kind := identify_header(header)).what not in ("vae", "checkpoint"):
        raise ModelError(f"{name}: is not a VAE but a file of kind {kind}")
    return shape_of_file(header.shapes)


def check_controlnet(name: str, library: Library, models: Models, task: str = "") -> None:
    """Checks a ControlNet or T2I-Adapter, and that it was made for the models' base.

    Args:
        name: Of the network.
        library: Finds models by name.
        models: Those that it guides.
        task: What its control images show, for a union ControlNet; empty where that is not known.

    Raises:
        ModelError: It is missing, may not be read, was made for another base, or does not know the task.
    """
    checkpoint = find_controlnet(name, library)
    check_permitted(checkpoint)
    facts = control_facts(checkpoint)
    for model, base in models.items():
        if base.is_transformer and base.family not in FLOW_CLASSES.values():
            raise ModelError(
                f"the model {model} takes no ControlNet; Stable Diffusion 1, 2, XL and 3 and Flux do"
            )
        is_known = bool(facts.family or facts.width or facts.is_adapter)
        if is_known and facts.family != (base.family if base.is_transformer else ""):
            made_for = FAMILY_NAMES[facts.family] if facts.family else "a model with a U-Net"
            raise ModelError(
                f"{name}: was made for {made_for}; the model {model} is {FAMILY_NAMES[base.family]}. Use a "
                "ControlNet and a model of one base"
            )
        if facts.width and base.context_width and facts.width != base.context_width:
            raise ModelError(
                f"{name}: was made for a base with text of width {facts.width}; the model {model} is "
                f"{FAMILY_NAMES[base.family]}, of width {base.context_width}. Use a ControlNet "
                "and a model of one base"
            )
        if facts.is_adapter and facts.is_for_xl != (base.family == "sdxl"):
            made_for = "SDXL" if facts.is_for_xl else "Stable Diffusion 1 or 2"
            raise ModelError(
                f"{name}: is a T2I-Adapter for {made_for}; the model {model} is {FAMILY_NAMES[base.family]}. "
                "Use an adapter and a model of one base"
            )
    if facts.tasks:
        check_task(name, task, facts.tasks)


def check_ip_adapter(name: AdapterName, library: Library, models: Models) -> None:
    """Checks an IP-Adapter and its image encoder, and that it was made for the models' base.

    Raises:
        ModelError: One is missing, may not be read, or was made for another base.
    """
    adapter = find_adapter(name, library).facts
    width = adapter.context_width
    for model, facts in models.items():
        if facts.is_transformer and facts.family != "flux":
            raise ModelError(
                f"the model {model} takes no IP-Adapter; Stable Diffusion 1, 2 and XL and Flux do"
            )
        if adapter.family != (facts.family if facts.is_transformer else ""):
            made_for = FAMILY_NAMES[adapter.family] if adapter.family else "a model with a U-Net"
            raise ModelError(
                f"{name.model}: was made for {made_for}; the model {model} is {FAMILY_NAMES[facts.family]}. "
                "Use an IP-Adapter and a model of one base"
            )
        if facts.context_width and width != facts.context_width:
            made_for = FAMILY_NAMES[family_of_width(width)] if family_of_width(width) else "another base"
            raise ModelError(
                f"{name.model}: was made for {made_for}, with text of width {width}; the model {model} is "
                f"{FAMILY_NAMES[facts.family]}, of width {facts.context_width}. Use an IP-Adapter and "
                "a model of one base"
            )


def check_tag(tag: LoraTag | HypernetTag, library: Library, models: Models) -> None:
    """Checks the file that a tag of a prompt names, and that it was made for the models' base.

    Raises:
        ModelError: It is missing, cannot be used, or was made for another base.
    """
    if isinstance(tag, LoraTag):
        _check_lora(library.lora(tag.name), models)
    else:
        _check_hypernetwork(library.hypernetwork(tag.name), models)


def check_embedding(path: Path, models: Models) -> None:
    """Checks a textual inversion, and that its vectors are as wide as the models' text encoders.

    Raises:
        ModelError: It may not be read, or was made for another base.
    """
    check_readable(path)
    if path.suffix != SAFE:
        return
    shapes = read_header(path).shapes
    both = [shapes[name] for name in ("clip_l", "clip_g") if name in shapes]
    widths = tuple(
        shape[-1] for shape in (both if len(both) == 2 else [next(iter(shapes.values()))]) if shape
    )
    for name, facts in models.items():
        if facts.text_widths and widths != facts.text_widths:
            raise ModelError(
                f"{path}: this textual inversion has vectors of width {_join(widths)}; the text encoders of "
                f"the model {name} have {_join(facts.text_widths)}. Use one made for the same base model"
            )


def _check_lora(path: Path, models: Models) -> None:
    header = read_header(path)
    kind = identify_header(header)
    if kind.what != "lora":
        raise ModelError(f"{path}: is not a LoRA but a file of kind {kind}")
    if not any(split_key(name) for name in header.shapes):
        raise ModelError(
            f"{path}: is a LoRA in an unknown layout, with names such as {next(iter(header.shapes))}"
        )
    for name, facts in models.items():
        if kind.family and facts.family not in kind.families:
            raise ModelError(
                f"{path}: this LoRA was made for {kind.made_for}; the model {name} is "
                f"{FAMILY_NAMES[facts.family]}. Use a LoRA and a model of one base"
            )


def _check_hypernetwork(path: Path, models: Models) -> None:
    check_readable(path)
    for name, facts in models.items():
        if facts.is_transformer:
            raise ModelError(
                f"{path}: the model {name} takes no hypernetwork; Stable Diffusion 1, 2 and XL do"
            )


def check_permitted(checkpoint: Checkpoint) -> None:
    """Checks that a model may be read: its file, every file of its folder, or the hub's cache.

    Raises:
        ModelError: It may not, or would have to be downloaded, which is not permitted.
    """
    if checkpoint.kind == "file":
        check_model_readable(Path(checkpoint.location))
    elif checkpoint.kind == "folder":
        check_model_folder(Path(checkpoint.location))
    elif not (permissions().download or is_in_cache(checkpoint.name)):
        raise not_downloaded("model", checkpoint.name)


def _join(widths: tuple[int, ...]) -> str:
    return " and ".join(map(str, widths)) or "no text encoder's"
