"""How frames are drawn."""

from typing import Literal

from pydantic import Field

from animator.settings.fields import Count, NotNegative, Real, SamplerText, Text, Unit, Whole
from animator.settings.group import FlowMethod, SettingsGroup, StrictBool
from animator.settings.paths import FileOrName, Folders, InputImage
from schedules import Schedule, SeedBehavior, TextSchedule


class Diffusion(SettingsGroup):
    """How a frame is redrawn."""

    strength: Unit = Schedule.parse(0.65)
    """How much of the previous frame is kept; 1 - strength is the denoising strength."""
    steps: Count = Schedule.parse(25)
    """Sampler steps of a full drawing; steps - strength * steps of them run, at least one."""
    cfg_scale: NotNegative = Schedule.parse(7)
    """How closely the drawing follows the prompt; up to 1 without the negative one."""
    sampler: SamplerText = TextSchedule.parse("Euler a")
    """Sampler by name, with a spacing if wanted: `DPM++ 2M Karras`; may change by frame."""
    seed: int = Field(-1, ge=-1)
    """-1 draws a seed when a run starts; the run's own preset.yaml records it."""
    seed_behavior: SeedBehavior = SeedBehavior.ITER
    """How the seed goes on from one drawn frame to the next; `schedule` takes `seed_schedule`."""
    seed_iter_n: int = Field(1, ge=1)
    """`iter` keeps each seed for so many drawn frames."""
    seed_schedule: Real = Schedule.parse("0:(s)")
    """Seed by frame, for `seed_behavior: schedule`; `s` is the base seed."""
    subseed: Whole = Schedule.parse(-1)
    """A second seed, which `subseed_strength` turns the noise toward."""
    subseed_strength: Unit = Schedule.parse(0)
    """How far the noise is turned toward that of the subseed."""
    noise_multiplier: NotNegative = Schedule.parse(1)
    """Strength of the noise over the previous frame; a little above 1 grows detail."""
    clip_skip: Count = Schedule.parse(1)
    """1 reads the text encoder's last layer, 2 the one before."""
    ddim_eta: NotNegative = Schedule.parse(0)
    """Fresh noise in each step of DDIM: 0 none, 1 as much as DDPM."""
    ancestral_eta: NotNegative = Schedule.parse(1)
    """Fresh noise in each step of the samplers called `a` and SDE."""
    checkpoint: Text = TextSchedule.parse("")
    """Checkpoint by frame; where it is empty, the film's model draws."""
    tiling: bool = False
    """Frames that tile: left and right, top and bottom fit together."""
    vae: FileOrName = ""
    """Another VAE: a file, a diffusers folder, or a name in the model folders."""
    architecture: FileOrName = ""
    """A diffusers folder whose JSON describes a single-file model of unusual sizes."""
    model_folders: Folders = ("models",)
    """Where checkpoints, LoRA files and textual inversions are found by name."""
    speed: Literal["auto", "eager", "compiled"] = "auto"
    """eager, or compiled for the device; auto compiles where it pays."""
    memory: Literal["auto", "low"] = "auto"
    """low keeps parts of the model off the device while they rest."""
    cadence: Count = Schedule.parse(1)
    """Every cadence-th frame is drawn; those between are warped and blended."""
    cadence_keys: StrictBool = False
    """Also draw every frame that has a prompt or strength key."""
    cadence_warp: Literal["composed", "chained"] = "composed"
    """In-betweens sample the drawn image once through all moves, or are warped again and again."""
    cadence_blend: Literal["fade", "lookahead"] = "fade"
    """fade draws a group's first frame and fades it in over the group; lookahead draws the last one first and
    leads up to it: the old image moves forward and the new one back, so that nothing is seen double."""
    optical_flow_cadence: FlowMethod = "none"
    """In-betweens also follow the flow from the old image to the new one, instead of only fading."""
    cadence_flow_factor: Real = Schedule.parse(1)
    """How far in-betweens go along the flow."""
    optical_flow_redo_generation: FlowMethod = "none"
    """Draw once for trial, move the image along the flow to the trial, then draw."""
    redo_flow_factor: Real = Schedule.parse(1)
    """How far the image goes along the flow to the trial."""
    diffusion_redo: int = Field(0, ge=0, le=50)
    """Draw each frame so many times more, each time over the last drawing."""


class Init(SettingsGroup):
    """An image to begin with."""

    image: InputImage = ""
    """Path or URL of the image that the first frame is drawn over; empty begins from the prompt alone."""
    strength: float = Field(0.8, ge=0, le=1)
    """How much of it the first frame keeps."""
