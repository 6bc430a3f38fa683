"""Inputs that a film reads while it renders: which settings are in use, as functions of the film."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from animator.masks.expression import EVERYWHERE, TRACKED, Leaf, leaves, parse_mask
from animator.models.controlnet.preprocessors.kinds import modules_of_depth
from animator.settings.controlnet import FRAME
from animator.settings.modes import mode_of
from animator.settings.signals.sources import CLIP, first_sound

if TYPE_CHECKING:
    from animator.settings.animation import Animation
    from animator.settings.controlnet import ControlUnit
    from animator.settings.ip_adapter import IPAdapterUnit


def matches_colors(film: "Animation") -> bool:
    """Returns True if colors are matched before or after a generation."""
    mode = mode_of(film)
    return film.color.coherence != "none" and (mode.prepares or mode.matches)


def overlays_clip(film: "Animation") -> bool:
    """Returns True if the clip's frame is overlaid outside the mask."""
    mask = film.mask
    if not (mask.overlay_mask and (mask.acts or mask.use_mask_video)):
        return False
    return mode_of(film).source == "clip" or (film.is_hybrid and mask.use_mask_video)


def clip_readers(film: "Animation") -> tuple[str, ...]:
    """Returns the settings that make the film read the images of `video.path`; empty if it reads none."""
    readers = {
        "mode": mode_of(film).source == "clip",
        "hybrid": film.is_hybrid,
        "color.reference": film.color.reference == "video" and matches_colors(film),
        "mask": overlays_clip(film),
        "mask.track": tracks(film),
        "mask.steady": film.mask.steady > 0 and has_word_mask(film),
    }
    return tuple(setting for setting, reads in readers.items() if reads)


def uses_clip(film: "Animation") -> bool:
    """Returns True if the film reads the images of its clip, its sound, or a mask video by its settings."""
    hears_clip = any(source.path == CLIP for source in film.signals.values())
    is_heard = hears_clip or film.sound.add_soundtrack == "Init Video"
    return is_heard or reads_clip(film) or film.mask.use_mask_video


def generates_revealed(film: "Animation") -> bool:
    """Returns True if the film generates what its motion brings into view."""
    return film.motion.reveal == "generate" and mode_of(film).motion != "still"


def generates_tweens(film: "Animation") -> bool:
    """Returns True if a video model generates in-betweens of the film."""
    cadence = film.diffusion.schedule("cadence").values(film.scope)
    return film.diffusion.cadence_blend == "video" and bool((cadence > 1).any())


def unit_images(film: "Animation") -> Iterator[tuple[str, str]]:
    """Yields the images, videos and folders of the units that are on, each with the path of its setting."""
    for number, unit in enumerate(film.controlnet):
        if unit.enabled and unit.source.strip() not in ("", FRAME):
            yield f"controlnet.{number}.source", unit.source
    for number, followed in enumerate(film.ip_adapter):
        for name in followed.image.names if followed.enabled else ():
            if name != FRAME:
                yield f"ip_adapter.{number}.image", name


def masks_area(film: "Animation") -> bool:
    """Returns True if the film has any mask of the settings in `mask`."""
    used = film.mask.acts or film.mask.use_mask_video or film.mask.use_noise_mask
    return used or any(leaf.text in ("init_mask", "video_mask") for _, leaf in mask_leaves(film))


def mask_leaves(film: "Animation") -> Iterator[tuple[str, Leaf]]:
    """Yields the single masks in the mask expressions in use, each with the path of its setting."""
    for setting, text in mask_expressions(film):
        yield from ((setting, leaf) for leaf in leaves(parse_mask(text)))
    if tracks(film):
        yield from (("mask.track", leaf) for leaf in leaves(parse_mask(film.mask.track or EVERYWHERE)))


def reads_clip(film: "Animation") -> bool:
    """Returns True if the film reads the images of its clip."""
    return bool(clip_readers(film))


def raft_settings(film: "Animation") -> tuple[str, ...]:
    """Returns the settings by which the film runs RAFT; empty if it does not."""
    diffusion, hybrid = film.diffusion, film.hybrid
    choices = {
        "diffusion.optical_flow_cadence": (
            diffusion.optical_flow_cadence if diffusion.cadence_blend != "video" else "none"
        ),
        "diffusion.optical_flow_redo_generation": (
            diffusion.optical_flow_redo_generation if mode_of(film).prepares else "none"
        ),
        "hybrid.flow_method": (
            hybrid.flow_method if film.is_hybrid and hybrid.motion == "Optical Flow" else "none"
        ),
    }
    return tuple(setting for setting, method in choices.items() if method == "RAFT")


def uses_raft(film: "Animation") -> bool:
    """Returns True if the film runs RAFT."""
    return bool(raft_settings(film))


def depth_readers(film: "Animation") -> tuple[str, ...]:
    """Returns the settings that make the film estimate depth; empty if it estimates none."""
    hybrid, by_depth = film.hybrid, modules_of_depth()
    has_mask = film.is_hybrid and hybrid.composite != "none"
    readers = {
        "mode": mode_of(film).motion == "space" and film.depth.use_depth_warping,
        "hybrid.comp_mask_type": has_mask and hybrid.comp_mask_type in ("Depth", "Video Depth"),
        "controlnet": any(unit.enabled and unit.module in by_depth for unit in film.controlnet),
    }
    return tuple(setting for setting, reads in readers.items() if reads)


def uses_depth(film: "Animation") -> bool:
    """Returns True if the film estimates depth."""
    return bool(depth_readers(film))


def mask_expressions(film: "Animation") -> Iterator[tuple[str, str]]:
    """Yields the mask expressions in use, each with the path of its setting."""
    mask = film.mask
    names: tuple[str, ...] = ("mask_schedule",) if mask.acts or mask.use_mask_video else ()
    names += ("noise_mask_schedule",) if mask.use_noise_mask else ()
    for name in names:
        yield from ((f"mask.{name}", key.text) for key in mask.text_schedule(name).keys)
    yield from _unit_masks("controlnet", film.controlnet)
    yield from _unit_masks("ip_adapter", film.ip_adapter)


def _unit_masks(group: str, units: "Sequence[ControlUnit | IPAdapterUnit]") -> Iterator[tuple[str, str]]:
    for number, unit in enumerate(units):
        keys = unit.text_schedule("mask").keys if unit.enabled else ()
        yield from ((f"{group}.{number}.mask", key.text) for key in keys)


def tracks(film: "Animation") -> bool:
    """Returns True if a mask in use follows a thing through the clip."""
    texts = (text for _, text in mask_expressions(film))
    return any(leaf.text == TRACKED for text in texts for leaf in leaves(parse_mask(text)))


def tracks_by_network(film: "Animation") -> bool:
    """Returns True if a network follows that thing."""
    return film.mask.tracker == "sam2" and tracks(film)


def reads_masks(film: "Animation") -> bool:
    """Returns True if the film, or one of its units, has any mask but the whole image."""
    return masks_area(film) or any(leaf.text != "everywhere" for _, leaf in mask_leaves(film))


def mask_files(film: "Animation") -> Iterator[tuple[str, str]]:
    """Yields the images that mask expressions in use name, each with the path of its setting."""
    yield from ((setting, leaf.text) for setting, leaf in mask_leaves(film) if leaf.kind == "file")


def has_word_mask(film: "Animation") -> bool:
    """Returns True if a mask in use names a word, which CLIPSeg segments."""
    return any(leaf.kind == "word" for _, leaf in mask_leaves(film))


def restores_faces(film: "Animation") -> bool:
    """Returns True if the film restores faces at some frame."""
    settings = film.face_restoration
    return settings.enabled and bool((settings.schedule("strength").values(film.scope) > 0).any())


def has_sound(film: "Animation") -> bool:
    """Returns True if the film has a sound."""
    sound = film.sound
    names_one = bool(sound.soundtrack_path or first_sound(film.signals))
    return sound.add_soundtrack == "Init Video" or (sound.add_soundtrack == "File" and names_one)


def samples_noise(film: "Animation", kind: str) -> bool:
    """Returns True if a sampler of the film takes its fresh noise from one of the two etas.

    Args:
        film: The film.
        kind: "ddim_eta" or "ancestral_eta".
    """
    from animator.models.diffusion.samplers.registry import find_sampler  # only for films that set an eta

    names = dict.fromkeys(film.diffusion.text_schedule("sampler").values(film.scope))
    return any(find_sampler(name).noise == kind for name in names)
