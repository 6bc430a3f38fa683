"""How frames are drawn."""

from typing import Literal

from pydantic import Field

from animator.config.group import FlowMethod, Group, Switch
from animator.fields import Count, NotNegative, Real, SamplerText, Text, Unit
from animator.named_files import FileOrName, Folders, InputPicture
from schedules import Schedule, SeedBehavior, TextSchedule


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
    vae: FileOrName = ""
    """Another VAE: a file, a diffusers folder, or a name in the model folders."""
    architecture: FileOrName = ""
    """A diffusers folder whose JSON describes a single-file model of unusual sizes."""
    model_folders: Folders = ("models",)
    """Where checkpoints, LoRA files and textual inversions are found by name."""
    speed: Literal["auto", "eager", "compiled"] = "auto"
    memory: Literal["auto", "low"] = "auto"
    cadence: Count = Schedule.parse(1)
    """Every cadence-th frame is drawn; those between are warped and blended."""
    cadence_keys: Switch = False
    """Also draw every frame that has a prompt or strength key."""
    cadence_warp: Literal["composed", "chained"] = "composed"
    """In-betweens sample the drawn picture once through all moves, or are warped again and again."""
    cadence_blend: Literal["fade", "lookahead"] = "fade"
    """fade draws a group's first frame and fades it in over the group; lookahead draws the last one first and
    leads up to it: the old picture moves forward and the new one back, so that nothing is seen double."""
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

    image: InputPicture = ""
    """Path or URL of the picture that the first frame is drawn over; empty begins from the prompt alone."""
    strength: float = Field(0.8, ge=0, le=1)
    """How much of it the first frame keeps."""
