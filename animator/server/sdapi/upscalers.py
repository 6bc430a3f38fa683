"""Upscalers by A1111's names."""

_OURS = {
    "none": "lanczos",
    "r-esrgan 4x+": "realesrgan-x4plus",
    "r-esrgan 4x+ anime6b": "realesrgan-x4plus-anime",
    "r-esrgan animevideo": "realesr-animevideov3",
}


def upscaler_of(name: str) -> str:
    """Returns the name of an upscaler in settings; other names are those of files in the model folders."""
    return _OURS.get(name.strip().lower(), name.strip())
