"""`check_images`: all problems of the settings of images at once, without opening a model."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from animator.core.confinement import OutsideError
from animator.core.urls import is_url
from animator.errors import PresetError, Problem
from animator.film.remote import check_remote
from animator.film.upscaling.find_upscaler import check_network
from animator.generation.canvas import MAX_PIXELS
from animator.generation.hires import hires_size, latent_resize
from animator.generation.resolve import examine, library_of
from animator.generation.settings import ImageSettings
from animator.generation.unit_checks import check_unit_inputs, check_units, unit_images
from animator.generation.upscale import is_network
from animator.images.image_file import decode_file
from animator.models.diffusion.checkpoints import usable
from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.parts import Rest
from animator.models.diffusion.checkpoints.without_effect import without_effect
from animator.models.diffusion.plugin import find_plugin
from animator.models.diffusion.prompts.syntax import HypernetTag, LoraTag, hypernet_tags, split_loras
from animator.models.diffusion.samplers.registry import find_sampler, other_samplers, takes_any_sigmas
from animator.models.faces.find import check_detector, check_face_model
from animator.settings.problems import Problems
from animator.settings.raw import RawPreset

log = logging.getLogger(__name__)


def check_images(
    draft: RawPreset, problems: Iterable[Problem] = (), *, opens_model: bool = True
) -> ImageSettings:
    """Returns the settings of a draft, if images can be generated from them.

    Args:
        draft: The settings, overrides applied.
        problems: Those known already, to be reported with the others.
        opens_model: False where the diffusion model is open already; it is not checked then.

    Raises:
        PresetError: With every problem, each with its place.
    """
    examined = examine(draft, problems)
    found = Problems(examined.draft)
    settings = examined.settings
    if settings is not None:
        _run_checks(settings, found, opens_model=opens_model)
    known = {problem.path for problem in examined.problems}
    listed = (*examined.problems, *(problem for problem in found if problem.path not in known))
    if listed or settings is None:
        raise PresetError(draft.source, draft.in_order(listed), found.hint, more=examined.more)
    return settings


def _run_checks(settings: ImageSettings, problems: Problems, *, opens_model: bool) -> None:
    try:
        library = library_of(settings.model_folders)
    except OutsideError:  # reported with the files
        return
    check = _Check(settings, library, problems)
    check.inputs()
    check.sizes()
    check.upscaler()
    check.faces()
    if opens_model and find_plugin(settings.model, library) is None:
        models = check.models()
        check.prompts(models)
        check.abilities(models)
        check.deep_shrink(models)


@dataclass(frozen=True, eq=False)
class _Check:
    """Checks of valid settings.

    Attributes:
        settings: The settings, with files resolved.
        library: The model folders.
        problems: Collects what is wrong.
    """

    settings: ImageSettings
    library: Library
    problems: Problems

    def inputs(self) -> None:
        """Checks that the images can be read; of URLs, whether they may be downloaded."""
        for setting, path in dict.fromkeys(self._images()):
            with self.problems.at(setting):
                if is_url(path):
                    check_remote(path)
                else:
                    decode_file(path)
        check_unit_inputs(self.settings, self.library, self.problems)

    def sizes(self) -> None:
        """Checks that no pass makes an image that is far too large."""
        size = self.settings.size
        hires = self.settings.hires.size or (hires_size(self.settings, size) if size else None)
        for setting, sides in (("size", size), ("hires.size", hires if self.settings.hires.acts else None)):
            if sides is not None and sides[0] * sides[1] > MAX_PIXELS:
                self.problems.add(
                    setting, f"is {sides[0]} x {sides[1]}; expected at most {MAX_PIXELS} pixels; choose less"
                )

    def upscaler(self) -> None:
        """Checks what enlarges the image for the second pass."""
        hires = self.settings.hires
        if hires.acts and latent_resize(hires.upscaler) is None:
            with self.problems.at("hires.upscaler"):
                check_upscaler(hires.upscaler, self.library)

    def faces(self) -> None:
        """Checks the files of face restoration."""
        faces, folders = self.settings.face_restoration, self.library.folders
        if faces.enabled:
            with self.problems.at("face_restoration.model"):
                check_face_model(faces.model, folders)
            with self.problems.at("face_restoration.detector"):
                check_detector(faces.detector, folders)

    def models(self) -> dict[str, ModelFacts]:
        """Checks the models, and returns the facts of those that the prompts go to."""
        settings, facts = self.settings, {}
        for setting, name in (("model", settings.model), ("hires.model", settings.hires.model)):
            if not name:
                continue
            with self.problems.at(setting):
                known = usable.check_model(name, self.library)
                if known is not None:
                    facts[name] = known
                if known is not None and known.is_network:
                    facts[name] = self._with_rest(name, known)
        if settings.refiner.model:
            with self.problems.at("refiner.model"):
                usable.check_refiner(settings.refiner.model, self.library, facts)
        if settings.vae:
            with self.problems.at("vae"):
                usable.check_vae(settings.vae, self.library, facts)
        check_units(settings, self.library, facts, self.problems)
        return facts

    def _with_rest(self, name: str, facts: ModelFacts) -> ModelFacts:
        """Returns the facts of a model whose file lacks something; reports problems at what has to change."""
        settings = self.settings
        rest = Rest(settings.parts, settings.text_encoders, settings.vae)
        named = "text_encoders" if rest.text_encoders else "parts" if rest.parts else "model"
        with self.problems.at(named):
            return usable.check_rest(name, self.library, rest)
        return facts

    def prompts(self, models: usable.Models) -> None:
        """Checks the files that the prompts name."""
        settings = self.settings
        texts = {"prompt": settings.prompt, "negative_prompt": settings.negative_prompt}
        if settings.hires.acts:
            texts |= {f"hires.{name}": getattr(settings.hires, name) for name in tuple(texts)}
        for setting, text in texts.items():
            with self.problems.at(setting):
                plain, loras = split_loras(text)
                tags: tuple[LoraTag | HypernetTag, ...] = (*loras, *hypernet_tags(text))
                for tag in tags:
                    usable.check_tag(tag, self.library, models)
                for name in self.library.embeddings if text and self.library.folders else ():
                    if name in plain.lower():
                        usable.check_embedding(self.library.embeddings[name], models)

    def abilities(self, models: usable.Models) -> None:
        """Checks what only some models can do."""
        settings = self.settings
        for name, facts in models.items():
            if facts.is_transformer:
                self._transformer(name)
            elif facts.text_layers and settings.clip_skip > min(facts.text_layers):
                self.problems.add(
                    "clip_skip",
                    f"is {settings.clip_skip}; the text encoder of the model {name} has "
                    f"{min(facts.text_layers)} layers; choose fewer",
                )
        if models:
            self._tell_without_effect(models)

    def _tell_without_effect(self, models: usable.Models) -> None:
        """Logs a warning for each setting that is given and that no model uses."""
        (model, reasons), *others = ((name, without_effect(facts)) for name, facts in models.items())
        for setting in reasons.keys() & type(self.settings).model_fields.keys():
            value = getattr(self.settings, setting)
            is_set = value != type(self.settings).model_fields[setting].default
            if is_set and (setting != "cfg_scale" or value > 1) and all(setting in one for _, one in others):
                log.warning("%s: has no effect: the model %s %s", setting, model, reasons[setting])

    def deep_shrink(self, models: usable.Models) -> None:
        """Checks that the models have the input block, and that no ControlNet guides the whole grid."""
        shrink = self.settings.deep_shrink
        if shrink is None:
            return
        for name, facts in models.items():
            if facts.input_blocks and shrink.block >= facts.input_blocks:
                self.problems.add(
                    "deep_shrink.block",
                    f"is {shrink.block}; the model {name} has the input blocks 0 to {facts.input_blocks - 1}",
                )
        for index, unit in enumerate(self.settings.controlnet):
            if unit.weight > 0 and unit.start < unit.end:
                self.problems.add("deep_shrink", f"does not go with controlnet.{index}; use one of them")
                break

    def _transformer(self, model: str) -> None:
        settings = self.settings
        if not takes_any_sigmas(find_sampler(settings.sampler)):
            self.problems.add("sampler", f"is {settings.sampler}; {other_samplers(model)}; choose Euler")
        uses = {
            "tiling": bool(settings.tiling),
            "refiner.model": bool(settings.refiner.model),
            "freeu": settings.freeu is not None,
            "deep_shrink": settings.deep_shrink is not None,
        }
        for setting in [name for name, is_used in uses.items() if is_used]:
            self.problems.add(
                setting, f"is not supported by the model {model}; Stable Diffusion 1, 2 and XL do"
            )

    def _images(self) -> Iterator[tuple[str, str]]:
        settings = self.settings
        if settings.init.image:
            yield "init.image", settings.init.image
        if settings.mask.image:
            yield "mask.image", settings.mask.image
        yield from unit_images(settings)


def check_upscaler(name: str, library: Library) -> None:
    """Checks the file of an upscaling network, and that the package for it is installed.

    Raises:
        ModelError: It cannot be used.
    """
    if is_network(name):
        check_network(name, library.folders)
