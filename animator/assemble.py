"""`build_pipeline`: the settings of a film and its models -> a filled pipeline. Only here is `mode` read."""

from animator.config import Animation, Noise
from animator.diffusion.request import Diffuser
from animator.pipeline import Filter, Pipeline
from animator.slots.filters import AntiBlur, Contrast, MatchColor, PerlinNoise, UniformNoise
from animator.slots.motion import Warp2D
from animator.slots.source import LastPicture
from animator.stages.color import Coherence
from animator.stages.noise import Perlin
from animator.stages.warp2d import Border


def build_pipeline(animation: Animation, diffuser: Diffuser) -> Pipeline:
    """The pipeline of a film."""
    fillings = {"2d": _warped_2d}
    return fillings[animation.mode](animation, diffuser)


def _warped_2d(animation: Animation, diffuser: Diffuser) -> Pipeline:
    match = _match_color(animation)
    return Pipeline(
        source=LastPicture(),
        motion=Warp2D(Border(animation.motion.border)),
        before=(*match, Contrast(), AntiBlur(), _noise(animation.noise)),
        diffuser=diffuser,
        after=match,
    )


def _match_color(animation: Animation) -> tuple[Filter, ...]:
    space = Coherence(animation.color.coherence)
    return () if space is Coherence.NONE else (MatchColor(space),)


def _noise(settings: Noise) -> Filter:
    if settings.type == "uniform":
        return UniformNoise()
    cells = max(1, int(settings.perlin_w)), max(1, int(settings.perlin_h))
    return PerlinNoise(Perlin(*cells, settings.perlin_octaves, settings.perlin_persistence))
