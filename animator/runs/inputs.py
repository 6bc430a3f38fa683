"""The files that a film reads: images, clips, sound and models, with their fingerprints."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from animator.core.confinement import named_path
from animator.core.fingerprint import Fingerprint, fingerprint
from animator.core.paths import exists, is_file, is_folder
from animator.core.urls import is_url
from animator.errors import ModelError, UserError
from animator.film.probe import images_in
from animator.loop.build.models import load_options
from animator.masks.networks import SAM
from animator.models.controlnet.preprocessors.networks import network_settings
from animator.models.depth import names as depth_names
from animator.models.diffusion.checkpoints.find import Checkpoint, find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.models.diffusion.ip_adapter.find import find_adapter
from animator.models.diffusion.prompts.syntax import hypernet_tags, split_loras
from animator.models.faces.find import find_detector, find_face_model
from animator.models.flow.find_raft import RAFT_FILES
from animator.models.folders import find_file, torch_downloads
from animator.models.pretrained.find import find_network
from animator.models.pretrained.kind import NetworkKind
from animator.presets.resolve_paths import names_in
from animator.settings import Animation
from animator.settings.controlnet import ControlUnit
from animator.settings.inputs import (
    generates_tweens,
    mask_files,
    restores_faces,
    tracks_by_network,
    unit_images,
)
from animator.settings.paths import PathSetting

_MODEL_FILES = (".safetensors", ".bin", ".json", ".txt", ".model", ".ckpt", ".pt", ".pth")
_WORD = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Input:
    """A file or folder that a film reads.

    Attributes:
        setting: The setting that names it, such as `init.image`.
        name: Its name there.
        path: Its path.
    """

    setting: str
    name: str
    path: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are read; empty where there are none."""
        if is_file(self.path):
            return (self.path,)
        if "%" in self.path.name and not exists(self.path):  # a pattern of numbered images
            return _images(self.path.parent)
        is_model = any((self.path / name).is_file() for name in ("model_index.json", "config.json"))
        return _model_files(self.path) if is_model else _images(self.path)

    def fingerprint(self) -> Fingerprint | None:
        """Returns its fingerprint; None where it is missing or cannot be read."""
        try:
            files = self.files
            return fingerprint(files) if files else None
        except (OSError, ValueError):
            return None


def inputs_of(animation: Animation) -> tuple[Input, ...]:
    """Returns the files that a film reads, each once; models that are not found are left out."""
    library = load_options(animation).library
    inputs = [*_named_files(animation), *_diffusion_models(animation, library)]
    inputs += _pretrained(animation, library)
    inputs += [*_prompt_files(animation, library), *_networks(animation, library)]
    return tuple({(item.setting, item.name): item for item in inputs}.values())


def _named_files(animation: Animation) -> Iterator[Input]:
    """Yields the files that settings name by their paths, missing ones as well."""
    unused = () if generates_tweens(animation) else ("diffusion.tween_model",)
    for setting, value, kind in _path_settings(animation, ""):
        if setting in unused:
            continue
        for name in names_in(value, kind):
            path = named_path(name)
            is_file = kind.kind != "name" or exists(path)
            if is_file and kind.kind != "folder" and not is_url(name):
                yield Input(setting, name, path)
    masks = ((setting, name) for setting, name in mask_files(animation) if setting.startswith("controlnet."))
    for setting, name in (*unit_images(animation), *masks):
        if not is_url(name):
            yield Input(setting, name, named_path(name))


def _path_settings(group: BaseModel, prefix: str) -> Iterator[tuple[str, Any, PathSetting]]:
    """Yields path, plain value and mark of each setting that names files, also in groups and lists."""
    plain = group.model_dump(mode="json")
    for name, field in type(group).model_fields.items():
        value = getattr(group, name)
        yield from (
            (f"{prefix}{name}", plain[name], mark) for mark in field.metadata if isinstance(mark, PathSetting)
        )
        members: Iterable[tuple[object, Any]] = [("", value)]
        if isinstance(value, tuple):
            members = enumerate(value)
        elif isinstance(value, Mapping):
            members = value.items()
        for number, member in members:
            if isinstance(member, BaseModel) and not isinstance(member, ControlUnit):
                place = f"{prefix}{name}.{number}" if number != "" else f"{prefix}{name}"
                yield from _path_settings(member, f"{place}.")


def _diffusion_models(animation: Animation, library: Library) -> Iterator[Input]:
    names = [("model", animation.model)]
    for setting in ("checkpoint", "refiner"):
        keyed = {key.text for key in animation.diffusion.text_schedule(setting).keys}
        names += [(f"diffusion.{setting}", name) for name in sorted(keyed - {""})]
    for setting, name in names:
        with suppress(UserError):
            yield from _local(setting, find_checkpoint(name, library))
    for unit in animation.controlnet:
        with suppress(UserError):
            yield from (
                _local("controlnet.model", find_controlnet(unit.model, library)) if unit.enabled else ()
            )
    for adapter in load_options(animation).ip_adapters:
        with suppress(UserError):
            for setting, file in zip(("model", "encoder"), find_adapter(adapter, library).files, strict=True):
                yield from _local(f"ip_adapter.{setting}", file)
    settings = animation.diffusion
    others = [("vae", settings.vae), ("parts", settings.parts)]
    others += [("tween_model", settings.tween_model)] if generates_tweens(animation) else []
    for setting, name in (*others, *(("text_encoders", name) for name in settings.text_encoders)):
        path = library.checkpoint(name) if name and not exists(named_path(name)) else None
        if path is not None:
            yield Input(f"diffusion.{setting}", name, path)


def _pretrained(animation: Animation, library: Library) -> Iterator[Input]:
    """Yields the folders of networks of transformers: that of the tracker, and those of preprocessors."""
    wanted: list[tuple[str, NetworkKind, str]] = []
    if tracks_by_network(animation):
        wanted.append((SAM.setting, SAM, animation.mask.tracker_model))
    for unit in animation.controlnet:
        for setting, kind in network_settings(unit.module).items() if unit.enabled else ():
            wanted.append((f"controlnet.{setting}", kind, getattr(unit, setting)))
    for setting, kind, name in wanted:
        with suppress(UserError):
            folder = find_network(kind, name, library)
            if folder is not None:
                yield Input(setting, name or folder.name, folder)


def _local(setting: str, checkpoint: Checkpoint) -> Iterator[Input]:
    if checkpoint.kind != "hub":
        yield Input(setting, checkpoint.name, Path(checkpoint.location))


def _prompt_files(animation: Animation, library: Library) -> Iterator[Input]:
    """Yields the LoRA files, hypernetworks and textual inversions that the prompts name."""
    common = (animation.prompt_prefix, animation.prompt_suffix, animation.negative_prompt)
    texts = (*_texts(animation.prompts.source), *common)
    for text in texts:
        with suppress(UserError):
            for name in sorted({tag.name for tag in split_loras(text)[1]}):
                yield Input("prompts", name, library.lora(name))
            for name in sorted({tag.name for tag in hypernet_tags(text)}):
                yield Input("prompts", name, library.hypernetwork(name))
    words = {word.lower() for text in texts for word in _WORD.findall(text)}
    if library.folders:
        yield from (Input("prompts", *found) for found in library.embeddings.items() if found[0] in words)


def _texts(source: Any) -> Iterator[str]:
    """Yields the texts in a setting's value, at any depth."""
    if isinstance(source, Mapping):
        source = list(source.values())
    if isinstance(source, list | tuple):
        yield from (text for item in source for text in _texts(item))
    elif isinstance(source, str):
        yield source


def _networks(animation: Animation, library: Library) -> Iterator[Input]:
    """Yields the weights of depth and flow networks and of the upscaler that settings give by name."""
    folders = (*library.folders, torch_downloads())
    resolved = depth_names.resolve_name(animation.depth.model)
    for name in resolved.names if resolved else ():
        spec = depth_names.find_spec_by_name(name)
        path = find_file(spec.files, folders) if spec else None
        if path is not None:
            yield Input("depth.model", name, path)
    raft = None if animation.flow.raft else find_file(RAFT_FILES, folders)
    if raft is not None:
        yield Input("flow.raft", raft.name, raft)
    yield from _face_files(animation, library.folders)
    upscaler = library.checkpoint(animation.upscaling.model) if animation.upscaling.enabled else None
    if upscaler is not None:
        yield Input("upscaling.model", animation.upscaling.model, upscaler)


def _face_files(animation: Animation, folders: tuple[Path, ...]) -> Iterator[Input]:
    settings = animation.face_restoration
    if restores_faces(animation):
        with suppress(ModelError):
            yield Input("face_restoration.model", settings.model, find_face_model(settings.model, folders))
        with suppress(ModelError):
            detector = find_detector(settings.detector, folders)
            yield Input("face_restoration.detector", settings.detector, detector)


def _images(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(path for path in images_in(folder) if path.is_file()) if is_folder(folder) else ()
    except UserError:
        return ()


def _model_files(folder: Path) -> tuple[Path, ...]:
    return tuple(path for path in sorted(folder.rglob("*")) if path.suffix in _MODEL_FILES and path.is_file())
