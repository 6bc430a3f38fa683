"""`Animation`: the validated, frozen settings of one film. All user input is validated here.

The names of groups and settings are the public format of presets. Settings have Deforum's names where it has
them, without a prefix that the group says.
"""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from animator.errors import PresetError, Problem
from animator.settings.choices import FileStem
from animator.settings.compat import rules_of
from animator.settings.controlnet import MOST_UNITS, ControlUnit
from animator.settings.cuts import NO_CUTS, CutCondition, cut_frames, prompts_by_cut
from animator.settings.diffusion import Diffusion, Init
from animator.settings.effect import Always, Condition
from animator.settings.faces import FaceRestoration
from animator.settings.fields import EasingName, PromptPart, PromptTexts
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.guided import Guided
from animator.settings.hybrid import Hybrid
from animator.settings.image_filters import Color, Noise, Sharpen
from animator.settings.ip_adapter import MOST_UNITS as MOST_ADAPTERS
from animator.settings.ip_adapter import IPAdapterUnit
from animator.settings.mask import Mask
from animator.settings.modes import mode_of
from animator.settings.motion import Camera, Depth, Flow, Motion
from animator.settings.needs import ByRule, IsOn
from animator.settings.output import Output
from animator.settings.paths import FileOrName
from animator.settings.postprocess import FrameInterpolation, Upscaling
from animator.settings.signals.heard import Heard
from animator.settings.signals.markers import NO_MARKERS, MarkersSetting
from animator.settings.signals.sources import SignalSources
from animator.settings.signals.tempo import Tempo
from animator.settings.sound import Sound
from animator.settings.step import AnyStep
from animator.settings.tuning import DeepShrink, FreeU
from animator.settings.video import Video
from animator.settings.wildcards import FOLDER, with_wildcards
from schedules import Prompts, ScheduleError, Scope

SCHEMA_VERSION = 1
PIXEL_STEP = 8  # a latent pixel of every Stable Diffusion family covers 8 x 8 pixels
_SIZE = re.compile(r"\s*(\d{1,9})\s*(?:[xX×*,]\s*(\d{1,9})\s*)?")
MAX_FRAMES = 1_000_000
MOST_STEPS = 32
MOST_TRAILS = 4
"""Steps with `at: output` that keep an image from frame to frame, each of which is in every saved state."""

Side = Annotated[int, Field(ge=64, le=8192, multiple_of=PIXEL_STEP)]


class Animation(SettingsGroup):
    """Everything a preset can say about one film."""

    effective_when: ClassVar[Condition] = Always()

    name: FileStem = "untitled"
    """The film's name: its folder below `renders/` and its file."""
    mode: Literal["2d", "3d", "video", "interpolation"] = "2d"
    """2d moves the image in its plane, 3d moves a camera through it by its depth, video regenerates a clip,
    interpolation generates every frame from its prompts alone."""
    size: tuple[Side, Side] = (512, 512)
    """Width and height in pixels; 512 is a square, 512x320 the same as [512, 320]. Left open, what suits the
    model."""
    frames: int = Field(120, ge=1, le=MAX_FRAMES)
    """Length of the film."""
    fps: float = Field(15, ge=0.01, le=1000)
    """Frames per second; 23.976 and 29.97 mean 24000/1001 and 30000/1001."""
    model: FileOrName = Field("starter", min_length=1)
    """starter (built in), a diffusers folder, a .safetensors file, a name in the model folders, or a hub
    id."""
    prompts: PromptTexts = Prompts.parse("")
    """One prompt, or prompts by frame: `{0: a lake, 60: a desert --neg fog}`. Keys may be formulas or times
    (`2s`, `8b`); backticks hold math."""
    prompt_prefix: PromptPart = ""
    """Text before every prompt."""
    prompt_suffix: PromptPart = ""
    """Text after every prompt."""
    negative_prompt: PromptPart = ""
    """Negative prompt of every frame; `--neg` in a prompt adds to it."""
    wildcard_folder: Annotated[str, ByRule("fills_wildcards")] = FOLDER
    """Folder of `name.txt` and of YAML or JSON lists for `__name__` in a prompt; the seed chooses a line.
    Empty disables wildcards."""
    prompt_morph: EasingName = ""
    """Easing with which prompts blend between their keys, such as linear; empty switches at the keys."""
    cuts: CutCondition = NO_CUTS
    """When a new scene begins, such as `onset > 0.8`: nothing of the last image is kept on the first frame on
    which this is not 0, and of a list of prompts the next one begins."""
    cuts_apart: Annotated[int, IsOn("cuts")] = Field(8, ge=1, le=MAX_FRAMES)
    """Least number of frames from one cut to the next."""
    signals: SignalSources = Field(default_factory=dict)
    """Sounds and tables that formulas hear, by name: `{music: song.mp3, drums: {path: drums.wav, smooth:
    0.1}}`; see docs/sound.md. Without any, the film's soundtrack."""
    bpm: Tempo = None
    """Beats per minute, for keys such as 8b; auto follows the beats of the first sound."""
    first_beat: float | None = Field(None, ge=-86_400, le=86_400)
    """Seconds into the film of beat 0; left out, its beginning. With `bpm: auto` it chooses the beat that is
    heard nearest to it; left out, the first one of a bar."""
    beats_per_bar: int = Field(4, ge=1, le=64)
    """Beats in a bar, for keys such as 2bar and for `bar_phase`."""
    markers: MarkersSetting = NO_MARKERS
    """Names of times, which keys may have: `{drop: 62.5}` in seconds, or a file of labels (Audacity's .txt,
    .csv, MIDI)."""
    compat: StrictBool = False
    """Use Deforum's numbers for schedules and seeds where ours differ on purpose."""
    download: StrictBool = False
    """Let images be given by URL, such as `init.image`; they are downloaded with `--allow-download` only."""
    diffusion: Diffusion = Diffusion()
    init: Init = Init()
    video: Video = Video()
    hybrid: Hybrid = Hybrid()
    motion: Motion = Motion()
    camera: Camera = Camera()
    depth: Depth = Depth()
    flow: Flow = Flow()
    mask: Mask = Mask()
    guided: Guided = Guided()
    controlnet: Annotated[tuple[ControlUnit, ...], Field(max_length=MOST_UNITS)] = ()
    ip_adapter: Annotated[tuple[IPAdapterUnit, ...], Field(max_length=MOST_ADAPTERS)] = ()
    freeu: FreeU = FreeU()
    deep_shrink: DeepShrink = DeepShrink()
    noise: Noise = Noise()
    color: Color = Color()
    sharpen: Sharpen = Sharpen()
    face_restoration: FaceRestoration = FaceRestoration()
    steps: Annotated[tuple[AnyStep, ...], Field(max_length=MOST_STEPS)] = ()
    output: Output = Output()
    sound: Sound = Sound()
    upscaling: Upscaling = Upscaling()
    frame_interpolation: FrameInterpolation = FrameInterpolation()
    _heard: Heard = PrivateAttr(default_factory=Heard)

    @field_validator("size", mode="before")
    @classmethod
    def _size_from_text(cls, size: Any) -> Any:
        """Returns width and height of `512`, which is square, and of `512x320`."""
        if isinstance(size, int) and not isinstance(size, bool):
            return size, size
        match = _SIZE.fullmatch(size) if isinstance(size, str) else None
        if isinstance(size, str) and not match:
            raise PydanticCustomError("size", "expected width and height, such as [512, 320] or 512x320")
        return (int(match[1]), int(match[2] or match[1])) if match else size

    @field_validator("model")
    @classmethod
    def _no_blank_model(cls, model: str) -> str:
        if not model.strip():
            raise ValueError("is blank; expected starter, a folder, a .safetensors file or a hub id")
        return model.strip()

    @model_validator(mode="after")
    def _known_motion_ahead(self) -> "Animation":
        blend = self.diffusion.cadence_blend
        if blend != "fade" and self.hybrid.motion != "none":
            why = "follows the camera's motion only" if blend == "lookahead" else "does not follow the clip"
            raise ValueError(
                f"diffusion.cadence_blend: {blend} {why}; expected fade where hybrid.motion is not none"
            )
        return self

    @model_validator(mode="after")
    def _has_few_trails(self) -> "Animation":
        trails = sum(step.is_trail for step in self.steps)
        if trails > MOST_TRAILS:
            raise ValueError(
                f"steps: {trails} of them keep an image with at: output, such as echo; "
                f"expected at most {MOST_TRAILS}"
            )
        return self

    @model_validator(mode="after")
    def _has_depth_for_its_moves(self) -> "Animation":
        names = self.camera.moves.in_depth
        if names and mode_of(self).motion == "plane":
            raise PydanticCustomError(
                "move",
                "camera.moves: {names} turn about something in depth; expected mode: 3d, or moves such as "
                "pan_right, truck_right or zoom_in",
                {"names": ", ".join(names)},
            )
        return self

    @model_validator(mode="after")
    def _has_an_image_for_its_alpha(self) -> "Animation":
        if self.mask.use_alpha_as_mask and not self.init.image:
            raise PydanticCustomError("missing_input", "mask.use_alpha_as_mask needs the image init.image")
        return self

    def with_(self, /, **changes: Any) -> "Animation":
        """Returns the film with other settings, validated like a preset.

        The files they name are checked when the film is rendered.

        Args:
            changes: Settings by name: `frames=3`, groups as mappings that merge into the film's
                (`motion={"zoom": 1.02}`), or single ones by their path (`**{"diffusion.steps": 4}`).

        Raises:
            PresetError: With every problem of the new settings.
        """
        from animator.settings.override import override_with  # these read this class
        from animator.settings.raw import raw_of
        from animator.settings.renamed_keys import warn_renamed_keys
        from animator.settings.validate import validate

        draft, problems = override_with(raw_of(self), changes, "with_")
        warn_renamed_keys(draft.notes, stacklevel=2)
        return validate(draft, problems)

    @property
    def scope(self) -> Scope:
        """The values of the names in this film's schedules."""
        rules = rules_of(self)
        bpm = self._heard.bpm if isinstance(self.bpm, str) else self.bpm
        unnamed = None if mode_of(self).names_seed else rules.unnamed_seed
        return Scope(
            frames=self.frames,
            seed=max(self.diffusion.seed, 0) if unnamed is None else unnamed,
            fps=self.fps,
            compat=rules.schedules_compat,
            **self._heard.of_scope(bpm, self.first_beat, self.beats_per_bar),
        )

    @property
    def heard(self) -> Heard:
        """The values of sounds, tables, beats and markers that the film's formulas and keys know."""
        return self._heard

    def hearing(self, heard: Heard) -> "Animation":
        """Returns the same film with other values of sounds, tables, beats and markers."""
        film = self.model_copy()
        film._heard = heard
        return film

    @property
    def cut_frames(self) -> tuple[int, ...]:
        """The frames on which `cuts` begins a new scene, ascending."""
        return cut_frames(self.cuts, self.cuts_apart, self.scope)

    @property
    def guides(self) -> tuple[tuple[int, str], ...]:
        """Frame and path of each guide image; empty where the film has none."""
        is_guided = self.guided.use_looper and mode_of(self).source == "last"
        return self.guided.init_images.keyframes(self.scope) if is_guided else ()

    @property
    def keyed_prompts(self) -> Prompts:
        """The prompts with prefix, suffix and common negative prompt."""
        film = with_wildcards(self)
        try:
            scope = self.scope
            prompts = Prompts.parse(
                prompts_by_cut(film.prompts.source, self.cut_frames),
                prefix=film.prompt_prefix,
                suffix=film.prompt_suffix,
                negative=film.negative_prompt,
                signals=scope.signals,
                markers=scope.markers,
            )
        except ScheduleError as error:  # a formula in a wildcard file; those in the preset were checked
            raise PresetError(self.name, (Problem(self.name, "prompts", str(error)),)) from error
        morph = self.prompt_morph or mode_of(self).morph
        return prompts.morphing(morph) if morph else prompts

    @property
    def is_hybrid(self) -> bool:
        """True if the clip is mixed into the film or moves it."""
        return self.hybrid.acts and mode_of(self).source == "last"

    @property
    def shows_clip(self) -> bool:
        """True if frames are generated from the clip's images, or those are mixed into them."""
        mixed = self.hybrid.composite != "none" and not self.hybrid.use_init_image
        return mode_of(self).source == "clip" or (self.is_hybrid and mixed)

    @property
    def hybrid_begins_over_clip(self) -> bool:
        """True if the first frame is generated from the clip's."""
        return self.is_hybrid and self.hybrid.use_first_frame_as_init_image

    @property
    def begins_over_image(self) -> bool:
        """True if the first frame is generated from a given image."""
        return bool(self.init.image or self.guides) or self.hybrid_begins_over_clip

    def plain(self) -> dict[str, Any]:
        """All settings as plain values, ready for YAML; `animator.load` reads them back."""
        return {"schema": SCHEMA_VERSION, **self.model_dump(mode="json")}
