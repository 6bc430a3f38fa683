"""Captions of scenes, with their phrases in the many orders in which people write prompts."""

from animator.training.scenes.air import TIMES, WEATHERS
from animator.training.scenes.scene_image import SceneImage, View

_OPENINGS = ("", "", "", "a photo of ", "a beautiful ", "digital art of ", "a picture of ")
_PRAISE = (
    "highly detailed",
    "cinematic",
    "beautiful",
    "masterpiece",
    "detailed",
    "trending on artstation",
    "dreamy",
)
_KEPT = 0.88  # probability that the caption names an extra or the weather


def caption(view: View, scene_image: SceneImage, grade: str, style: str) -> str:
    """Returns a lower-case caption: subject, extras, time, weather and style, some of them left out."""
    parts = []
    if scene_image.air:
        parts += [view.pick(*TIMES[scene_image.air.time].phrases)] if view.chance(0.92) else []
        parts += [view.pick(*WEATHERS[scene_image.air.weather].phrases)] if view.chance(_KEPT) else []
    for extra in scene_image.extras:
        if view.chance(_KEPT):
            parts.append(("with " if view.chance(0.25) else "") + extra)
    parts = [part for part in parts if part]
    if len(parts) > 1 and view.chance(0.5):
        parts = [parts[i] for i in view.rng.permutation(len(parts))]
    subject = scene_image.subject
    if parts and view.chance(0.5):
        subject += " " + parts.pop(0)
    opening = _opening(view, style)
    if opening.endswith("beautiful "):
        subject = subject.removeprefix("a ").removeprefix("an ").removeprefix("the ")
    parts += [grade] if grade else []
    parts += [style] if style and not opening else []
    parts += [view.pick(*_PRAISE)] if view.chance(0.15) else []
    return (opening + ", ".join([subject, *parts])).lower()


def _opening(view: View, style: str) -> str:
    if not style:
        return view.pick(*_OPENINGS)
    article = "an" if style[0] in "aeiou" else "a"
    return view.pick(f"{style} of ", f"{article} {style} of ") if view.chance(0.7) else ""
