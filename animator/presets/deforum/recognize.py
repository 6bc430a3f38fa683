"""Recognizes JSON that is not a settings file: workflows, configurations, manifests, presets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from animator.errors import FixJson, PresetError, Problem
from animator.presets.deforum.controlnet import owns
from animator.presets.deforum.features import FEATURES, Feature
from animator.presets.deforum.ignored_settings import FORKS, HOST
from animator.presets.deforum.settings_text import Document, read_document
from animator.presets.deforum.table import ROWS, SWITCHES
from animator.presets.deforum.versions import RENAMED, RETIRED, unwrap
from animator.settings.animation import Animation
from schedules.keys import is_key

KNOWN_SHARE = 0.2
"""Smallest share of known keys in a settings file; forks add some of their own."""
_KNOWN = frozenset({*ROWS, *SWITCHES, *RENAMED, *RETIRED, *(new for new, _ in RENAMED.values())})
_FEATURES: tuple[Feature, ...] = (*FEATURES, *FORKS, *HOST)
_EXPECTED = "expected the settings of Deforum, such as max_frames, prompts and zoom"


_PROMPTS = 'Write its prompt as {"prompts": {"0": "a lake"}, "max_frames": 120}'
_FILM = frozenset(
    {"max_frames", "animation_mode", "prompts", "animation_prompts", "zoom", "diffusion_cadence"}
)
"""Keys of a film; one of them makes a doubtful file a settings file."""
_HOST_KEYS = ("quicksettings_list", "CLIP_stop_at_last_layers", "sd_vae", "samples_format", "localization")
_IMAGE_KEYS = ("prompt", "positive_prompt", "sui_image_params", "uc")
_VIDEO = frozenset(
    [
        "fps",
        "skip_video_creation",
        "make_gif",
        "delete_imgs",
        "delete_input_frames",
        "add_soundtrack",
        "soundtrack_path",
        "output_format",
        "store_frames_in_ram",
        "image_path",
        "mp4_path",
        "path_name_modifier",
        "max_video_frames",
        "render_steps",
        "keep_imgs",
        "use_manual_settings",
    ]
)
_VIDEO_PREFIXES = ("ffmpeg_", "r_upscale_", "frame_interpolation_")


@dataclass(frozen=True)
class _Kind:
    """A kind of JSON file: what it is, how it is recognized, and what to do with it.

    A certain one is refused however many of its keys a settings file has, too.
    """

    name: str
    is_kind: Callable[[Mapping[str, Any]], bool]
    remedy: str = ""
    is_certain: bool = False


def read_settings(text: str, source: str, *, repair: bool = False) -> Document:
    """Parses a settings file; see `read_document`.

    Raises:
        PresetError: It is not JSON, or not a settings file.
    """
    try:
        document = read_document(text, source, repair=repair)
    except PresetError as error:
        if error.hint == FixJson():  # promise it only for what is a settings file then
            check_settings(read_document(text, source, repair=True).values, source)
        raise
    check_settings(document.values, source)
    return document


def check_settings(values: Mapping[str, Any], source: str) -> None:
    """Checks that an object is one of Deforum's settings.

    Raises:
        PresetError: It is another program's file, or has hardly any known key.
    """
    if message := _refusal(values):
        raise PresetError(source, (Problem(source, "", message),))


def _refusal(values: Mapping[str, Any]) -> str:
    """Returns why a JSON object is not a settings file; empty if it is one.

    Args:
        values: The top-level object. An empty one is a settings file with only defaults.
    """
    values = _inner(unwrap(values))
    known = sum(map(_is_known, values))
    kind = next((kind for kind in _KINDS if kind.is_kind(values)), None)
    is_film = kind is None or (not kind.is_certain and known > len(values) / 2)
    if not values or (known >= KNOWN_SHARE * len(values) and is_film):
        return ""
    share = f"{known} of its {len(values)} keys" if known else "none of its keys"
    found = f"is {kind.name}" if kind else f"is not a settings file: {share} are known"
    shown = ", ".join(repr(key[:40]) for key in list(values)[:4])
    remedy = f". {kind.remedy}" if kind and kind.remedy else ""
    return f"{found} (keys {shown}{', ...' if len(values) > 4 else ''}); {_EXPECTED}{remedy}"


def _inner(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the workflow that ComfyUI's server takes inside `prompt`; other values as they are."""
    inside = values.get("prompt")
    return inside if isinstance(inside, Mapping) and any(map(_is_node, inside.values())) else values


def _is_known(key: str) -> bool:
    return key in _KNOWN or owns(key) or any(feature.owns(key) for feature in _FEATURES)


def _is_node(value: Any) -> bool:
    return isinstance(value, Mapping) and "class_type" in value


def _has(*keys: str) -> Callable[[Mapping[str, Any]], bool]:
    """Returns a test for all of some keys."""
    return lambda values: values.keys() >= set(keys)


def _has_any(*keys: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: not values.keys().isdisjoint(keys)


def _is_preset(values: Mapping[str, Any]) -> bool:
    """Returns True if most keys are ours."""
    return 2 * sum(key in Animation.model_fields or key == "schema" for key in values) > len(values)


def _are_prompts(values: Mapping[str, Any]) -> bool:
    return all(is_key(key) and isinstance(value, str) for key, value in values.items())


def _without_film(test: Callable[[Mapping[str, Any]], bool]) -> Callable[[Mapping[str, Any]], bool]:
    """Returns a test that also wants none of the keys that a film has."""
    return lambda values: _FILM.isdisjoint(values) and test(values)


def _is_video_settings(values: Mapping[str, Any]) -> bool:
    """Returns True for what Deforum saves as video settings: nothing but how frames become a video."""
    return len(values) > 1 and all(key in _VIDEO or key.startswith(_VIDEO_PREFIXES) for key in values)


_KINDS = (
    _Kind("prompts by frame", _are_prompts, 'Write them as {"prompts": {"0": "a lake"}}'),
    _Kind("a ComfyUI workflow", _has("nodes", "links")),
    _Kind("a ComfyUI workflow", lambda values: any(map(_is_node, values.values()))),
    _Kind("an InvokeAI workflow", _has("nodes", "edges")),
    _Kind("a web UI's configuration", _has_any("samples_save", "outdir_samples", "sd_checkpoint_hash")),
    _Kind("a web UI's configuration", lambda values: any("/" in key for key in values)),
    _Kind("a web UI's configuration", _without_film(_has_any(*_HOST_KEYS)), is_certain=True),
    _Kind("ComfyUI's own settings", lambda values: any(key.startswith("Comfy.") for key in values)),
    _Kind(
        "Deforum's video settings",
        _is_video_settings,
        "Give the settings file that was saved beside it",
        is_certain=True,
    ),
    _Kind("a Parseq manifest", _has("rendered_frames"), "Give it as the Parseq manifest of a preset"),
    _Kind("a Parseq document", _has_any("keyframes", "managedFields"), "Render it in Parseq first"),
    _Kind("a model's configuration", _has_any("_class_name", "_diffusers_version", "model_type")),
    _Kind("a Fooocus preset", _has_any("default_model", "default_sampler")),
    _Kind("an AnimateDiff configuration", _has_any("prompt_map", "motion_module"), _PROMPTS),
    _Kind("a WarpFusion settings file", _has_any("flow_warp", "style_strength_schedule"), _PROMPTS),
    _Kind("a Jupyter notebook", _has("nbformat")),
    _Kind("a list of an npm project", _has_any("dependencies", "devDependencies", "lockfileVersion")),
    _Kind("a description of a model", _has_any("trainedWords", "modelVersions", "ss_base_model_version")),
    _Kind("the settings of one image", _without_film(_has_any(*_IMAGE_KEYS)), _PROMPTS, is_certain=True),
    _Kind("a preset of animator", _is_preset, "Give the file the suffix .yaml"),
)
