"""`Animation`: the validated, frozen settings of one film. User input is checked here and nowhere else.

Groups and names are the contract of presets; names inside the groups are Deforum's where it has one.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from animator.config.controlnet import MOST_UNITS, ControlUnit
from animator.config.diffusion import Diffusion, Init, Video
from animator.config.group import Group, Switch
from animator.config.look import Color, Noise, Sharpen
from animator.config.motion import Camera, Depth, Flow, Motion
from animator.config.output import Output
from animator.fields import FileStem, PromptTexts
from animator.modes import mode_of
from animator.named_files import FileOrName
from animator.wildcards import FOLDER, with_wildcards
from schedules import Prompts, Scope

SCHEMA_VERSION = 1
PIXEL_STEP = 8  # a latent pixel of every Stable Diffusion family covers 8 x 8 pixels
MAX_FRAMES = 1_000_000

Side = Annotated[int, Field(ge=64, le=8192, multiple_of=PIXEL_STEP)]


class Animation(Group):
    """Everything a preset can say about one film."""

    name: FileStem = "untitled"
    mode: Literal["2d", "3d", "video", "interpolation"] = "2d"
    size: tuple[Side, Side] = (512, 512)
    """Width and height in pixels."""
    frames: int = Field(120, ge=1, le=MAX_FRAMES)
    fps: float = Field(15, gt=0, le=1000)
    model: FileOrName = Field("starter", min_length=1)
    prompts: PromptTexts = Prompts.parse("")
    prompt_prefix: str = ""
    prompt_suffix: str = ""
    negative_prompt: str = ""
    wildcard_folder: str = FOLDER
    """Where `__name__` in a prompt finds `name.txt`, of which the seed chooses a line; empty: nowhere."""
    prompt_morph: str = ""
    """Easing by which prompts fade into each other between their keys, such as linear; empty switches."""
    bpm: float | None = Field(None, gt=0, le=10_000)
    """Beats per minute, for keys such as 8b."""
    compat: Switch = False
    """Keep the reference's numbers for schedules and seeds where ours differ on purpose."""
    diffusion: Diffusion = Diffusion()
    init: Init = Init()
    video: Video = Video()
    motion: Motion = Motion()
    camera: Camera = Camera()
    depth: Depth = Depth()
    flow: Flow = Flow()
    controlnet: Annotated[tuple[ControlUnit, ...], Field(max_length=MOST_UNITS)] = ()
    noise: Noise = Noise()
    color: Color = Color()
    sharpen: Sharpen = Sharpen()
    output: Output = Output()

    @field_validator("model")
    @classmethod
    def _no_blank_model(cls, model: str) -> str:
        if not model.strip():
            raise ValueError("is blank; expected starter, a folder, a .safetensors file or a hub id")
        return model.strip()

    @property
    def scope(self) -> Scope:
        """What the names in this film's schedules mean."""
        return Scope(
            frames=self.frames,
            seed=max(self.diffusion.seed, 0) if mode_of(self).names_seed or not self.compat else -1,
            fps=self.fps,
            bpm=self.bpm,
            compat=self.compat,
        )

    @property
    def keyed_prompts(self) -> Prompts:
        """The prompts with their common parts joined on."""
        film = with_wildcards(self)
        prompts = Prompts.parse(
            film.prompts.source,
            prefix=film.prompt_prefix,
            suffix=film.prompt_suffix,
            negative=film.negative_prompt,
        )
        morph = self.prompt_morph or mode_of(self).morph
        return prompts.morphing(morph) if morph else prompts

    def plain(self) -> dict[str, Any]:
        """All settings as plain YAML-able values; `Animation.model_validate` takes them back."""
        return {"schema": SCHEMA_VERSION, **self.model_dump(mode="json")}
