"""`Animation`: the validated, frozen settings of one film. User input is checked here and nowhere else.

Groups and names are the contract of presets; names inside the groups are Deforum's where it has one.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from animator.fields import (
    Count,
    FileStem,
    NotNegative,
    Positive,
    PromptTexts,
    Real,
    SamplerText,
    Text,
    Unit,
    one_of_names,
)
from animator.modes import mode_of
from animator.subtitle_names import NAMES
from schedules import Prompts, Schedule, Scope, SeedBehavior, TextSchedule

SCHEMA_VERSION = 1
PIXEL_STEP = 8  # a latent pixel of every Stable Diffusion family covers 8 x 8 pixels
MAX_FRAMES = 1_000_000


FlowMethod = Literal["None", "DIS Medium", "DIS Fine", "Farneback", "RAFT"]
Switch = Annotated[bool, Field(strict=True)]
"""true or false, and nothing that merely looks like it."""


SubtitleName = Annotated[str, AfterValidator(lambda name: one_of_names(name, NAMES))]


class Group(BaseModel):
    """Settings that belong together; unknown names are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Diffusion(Group):
    """How a frame is redrawn."""

    strength: Unit = Schedule.parse(0.65)
    """How much of the previous frame is kept; 1 - strength is the denoising strength."""
    steps: Count = Schedule.parse(25)
    """Sampler steps of a full drawing; steps - strength * steps of them run, at least one."""
    cfg_scale: NotNegative = Schedule.parse(7)
    sampler: SamplerText = TextSchedule.parse("Euler a")
    seed: int = Field(-1, ge=-1)
    """-1 draws a seed when a run starts; the run's own preset.yaml records it."""
    seed_behavior: SeedBehavior = SeedBehavior.ITER
    seed_iter_n: int = Field(1, ge=1)
    seed_schedule: Real = Schedule.parse("0:(s)")
    subseed: Real = Schedule.parse(-1)
    subseed_strength: Unit = Schedule.parse(0)
    """How far the noise is turned toward that of the subseed."""
    noise_multiplier: NotNegative = Schedule.parse(1)
    """Strength of the noise over the previous frame; a little above 1 grows detail."""
    clip_skip: Count = Schedule.parse(1)
    ddim_eta: NotNegative = Schedule.parse(0)
    ancestral_eta: NotNegative = Schedule.parse(1)
    checkpoint: Text = TextSchedule.parse("")
    """Checkpoint by frame; where it is empty, the film's model draws."""
    tiling: bool = False
    """Frames that tile: left and right, top and bottom fit together."""
    vae: str = ""
    """Another VAE: a file, a diffusers folder, or a name in the model folders."""
    architecture: str = ""
    """A diffusers folder whose JSON describes a single-file model of unusual sizes."""
    model_folders: tuple[str, ...] = ("models",)
    """Where checkpoints, LoRA files and textual inversions are found by name."""
    speed: Literal["auto", "eager", "compiled"] = "auto"
    memory: Literal["auto", "low"] = "auto"
    cadence: Count = Schedule.parse(1)
    """Every cadence-th frame is drawn; those between are warped and blended."""
    cadence_keys: Switch = False
    """Also draw every frame that has a prompt or strength key."""
    cadence_warp: Literal["composed", "chained"] = "composed"
    """In-betweens sample the drawn picture once through all moves, or are warped again and again."""
    optical_flow_cadence: FlowMethod = "None"
    """In-betweens also follow the flow from the old picture to the new one, instead of only fading."""
    cadence_flow_factor: Real = Schedule.parse(1)
    optical_flow_redo_generation: FlowMethod = "None"
    """Draw once for trial, move the picture along the flow to the trial, then draw."""
    redo_flow_factor: Real = Schedule.parse(1)
    diffusion_redo: int = Field(0, ge=0, le=50)
    """Draw each frame so many times more, each time over the last drawing."""


class Init(Group):
    """A picture to begin with."""

    image: str = ""
    """Path of the picture that the first frame is drawn over; empty begins from the prompt alone."""
    strength: float = Field(0.8, ge=0, le=1)
    """How much of it the first frame keeps."""


class Video(Group):
    """The clip that the video mode redraws."""

    path: str = ""
    """Any film that ffmpeg reads."""
    extract_from_frame: int = Field(0, ge=0)
    extract_nth_frame: int = Field(1, ge=1)


class Motion(Group):
    """How the previous picture moves before it is redrawn."""

    angle: Real = Schedule.parse(0)
    zoom: NotNegative = Schedule.parse(1)
    translation_x: Real = Schedule.parse(0)
    translation_y: Real = Schedule.parse(0)
    transform_center_x: Real = Schedule.parse(0.5)
    transform_center_y: Real = Schedule.parse(0.5)
    translation_z: Real = Schedule.parse(0)
    rotation_3d_x: Real = Schedule.parse(0)
    rotation_3d_y: Real = Schedule.parse(0)
    rotation_3d_z: Real = Schedule.parse(0)
    enable_perspective_flip: Switch = False
    """2D only: turn the picture plane in space by the four schedules below."""
    perspective_flip_theta: Real = Schedule.parse(0)
    perspective_flip_phi: Real = Schedule.parse(0)
    perspective_flip_gamma: Real = Schedule.parse(0)
    perspective_flip_fv: Real = Schedule.parse(53)
    border: Literal["replicate", "wrap", "reflect", "mirror", "zeros"] = "replicate"
    """2D only: what comes in from outside the picture."""
    sampling: Literal["bicubic", "bilinear", "nearest", "lanczos", "steady"] = "steady"
    """2D only: how pixels are read between pixels; the reference's is bilinear. steady keeps detail and,
    unlike bicubic and lanczos, amplifies nothing however often a picture is read again."""


class Flow(Group):
    """Optical flow."""

    raft: str = ""
    """Path of RAFT's weights, needed where a setting asks for RAFT."""


class Camera(Group):
    """The lens of the 3D mode."""

    fov: Real = Schedule.parse(70)
    near: NotNegative = Schedule.parse(200)
    far: NotNegative = Schedule.parse(10000)
    aspect_ratio: Positive = Schedule.parse(1)
    projection: Literal["deforum", "pinhole"] = "deforum"
    """pinhole is a true camera that knows what it reveals; deforum is the reference's shift."""
    reveal_noise: float = Field(0, ge=0, le=1)
    """pinhole only: share of noise over what comes into view, for the diffusion to draw on."""
    padding: Literal["border", "reflection", "zeros"] = "border"
    sampling: Literal["bicubic", "bilinear", "nearest", "lanczos", "steady"] = "steady"


class Depth(Group):
    """Who says how far away things are, in the 3D mode."""

    use_depth_warping: Switch = True
    """False moves the whole picture as one plane."""
    model: str = Field("starter", min_length=1)
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    stabilise: Switch = False
    """Lay every depth map onto the one before instead of equalising each by itself: no pumping."""
    every: int = Field(1, ge=1)
    """Estimate the depth at every so many frames."""
    midas_weight: float = Field(0.2, ge=0, le=1)
    """Share of the first network where an old name stands for a blend of two."""
    save_depth_maps: Switch = False


class Noise(Group):
    """Noise added before a frame is redrawn, so that detail has something to grow from."""

    type: Literal["perlin", "uniform"] = "perlin"
    amount: NotNegative = Schedule.parse(0.065)
    perlin_w: float = Field(8, ge=0.1, le=64)
    perlin_h: float = Field(8, ge=0.1, le=64)
    perlin_octaves: int = Field(4, ge=1, le=12)
    perlin_persistence: float = Field(0.5, ge=0, le=1)


class Color(Group):
    """Colour coherence: every frame's colours are matched to the anchor, the first frame."""

    coherence: Literal["None", "LAB", "HSV", "RGB"] = "LAB"
    reference: Literal["first", "scene", "image"] = "scene"
    """Whose colours are kept: the first frame's, the last cut's (strength 0), or those of `image`."""
    image: str = ""
    """Path of the picture whose colours are kept, for `reference: image`."""
    force_grayscale: Switch = False
    legacy: Switch = False
    """Match before the drawing only, to the first moved picture: Deforum's old order."""
    contrast: NotNegative = Schedule.parse(1)


class Sharpen(Group):
    """Anti-blur: an unsharp mask against the blur of repeated warping."""

    amount: NotNegative = Schedule.parse(0.1)
    kernel: Count = Schedule.parse(5)
    sigma: NotNegative = Schedule.parse(1)
    threshold: NotNegative = Schedule.parse(0)


class Output(Group):
    """The film file."""

    format: Literal["mp4"] = "mp4"
    crf: int = Field(17, ge=0, le=51)
    """H.264 quality: lower is better and larger; 17 is hard to tell from the frames."""
    subtitles: tuple[SubtitleName, ...] = ()
    """Values to write beside the film as an .srt, by Deforum's names, such as [Zoom, Seed Sch]; or [all]."""


Side = Annotated[int, Field(ge=64, le=8192, multiple_of=PIXEL_STEP)]


class Animation(Group):
    """Everything a preset can say about one film."""

    name: FileStem = "untitled"
    mode: Literal["2d", "3d", "video", "interpolation"] = "2d"
    size: tuple[Side, Side] = (512, 512)
    """Width and height in pixels."""
    frames: int = Field(120, ge=1, le=MAX_FRAMES)
    fps: float = Field(15, gt=0, le=1000)
    model: str = Field("starter", min_length=1)
    prompts: PromptTexts = Prompts.parse("")
    prompt_prefix: str = ""
    prompt_suffix: str = ""
    negative_prompt: str = ""
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
        prompts = Prompts.parse(
            self.prompts.source,
            prefix=self.prompt_prefix,
            suffix=self.prompt_suffix,
            negative=self.negative_prompt,
        )
        morph = self.prompt_morph or mode_of(self).morph
        return prompts.morphing(morph) if morph else prompts

    def plain(self) -> dict[str, Any]:
        """All settings as plain YAML-able values; `Animation.model_validate` takes them back."""
        return {"schema": SCHEMA_VERSION, **self.model_dump(mode="json")}
