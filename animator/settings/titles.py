"""Titles of settings and groups, as forms show them: `cfg_scale` is "CFG scale"."""

from collections.abc import Mapping

_SPELLINGS: Mapping[str, str] = {
    "2d": "2D",
    "3d": "3D",
    "a": "A",
    "b": "B",
    "bpm": "BPM",
    "cfg": "CFG",
    "controlnet": "ControlNet",
    "comp": "composite",
    "crf": "CRF",
    "ddim": "DDIM",
    "fov": "FOV",
    "fps": "FPS",
    "freeu": "FreeU",
    "fv": "field of view",
    "gif": "GIF",
    "png": "PNG",
    "h": "H",
    "img": "image",
    "lut": "LUT",
    "midas": "MiDaS",
    "n": "N",
    "nth": "N-th",
    "prev": "previous",
    "raft": "RAFT",
    "res": "resolution",
    "url": "URL",
    "vae": "VAE",
    "w": "W",
    "x": "X",
    "y": "Y",
    "z": "Z",
}
"""Words that are written in another way. `clip` is not among them: most often it is the video."""
_WHOLE: Mapping[str, str] = {
    "": "The film",
    "clip_skip": "CLIP skip",
    "dtype": "Number format",
    "ip_adapter": "IP-Adapter",
    "use": "Step",
}
"""Titles that are not the words of the name."""


def title_of(name: str) -> str:
    """Returns the title of a setting or group in sentence case.

    Args:
        name: Its name in presets; empty for the settings of the film itself.
    """
    if name in _WHOLE:
        return _WHOLE[name]
    first, *others = (_SPELLINGS.get(word, word) for word in name.split("_"))
    return " ".join((first[:1].upper() + first[1:], *others))
