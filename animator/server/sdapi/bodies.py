"""The bodies of txt2img and img2img, with the names and defaults of A1111's API."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from animator.server.json_value import JsonList, JsonObject

MAX_IMAGES = 1000
MAX_STEPS = 1000
MAX_SIDE = 8192
MAX_SEED = 2**64 - 1
Text = Annotated[str, Field(max_length=100_000)]
Name = Annotated[str, Field(max_length=1000)]
Base64 = Annotated[str, Field(description="PNG, JPEG or the like in base64, also after `data:...;base64,`.")]
Side = Annotated[int, Field(ge=8, le=MAX_SIDE)]
OptionalSide = Annotated[int, Field(ge=0, le=MAX_SIDE)]
Seed = Annotated[int, Field(ge=-1, le=MAX_SEED)]


class LenientBody(BaseModel):
    """An object as clients of A1111 send it: null stands for the default, and unknown fields are ignored."""

    model_config = ConfigDict(allow_inf_nan=False, protected_namespaces=(), frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, values: Any) -> Any:
        if isinstance(values, dict):
            return {name: value for name, value in values.items() if value is not None}
        return values


class GenerationBody(LenientBody):
    """What txt2img and img2img share."""

    prompt: Text = ""
    negative_prompt: Text = ""
    styles: Annotated[list[Name], Field(max_length=100)] = []
    seed: Seed = -1
    subseed: Seed = -1
    subseed_strength: Annotated[float, Field(ge=0, le=1)] = 0.0
    seed_resize_from_w: Annotated[int, Field(ge=-1, le=MAX_SIDE)] = -1
    seed_resize_from_h: Annotated[int, Field(ge=-1, le=MAX_SIDE)] = -1
    sampler_name: Name = ""
    sampler_index: Annotated[Name, Field(description="Older name of `sampler_name`.")] = "Euler"
    scheduler: Name = "Automatic"
    batch_size: Annotated[int, Field(ge=1, le=64)] = 1
    n_iter: Annotated[int, Field(ge=1, le=MAX_IMAGES)] = 1
    steps: Annotated[int, Field(ge=1, le=MAX_STEPS)] = 50
    cfg_scale: Annotated[float, Field(ge=0, le=100)] = 7.0
    distilled_cfg_scale: Annotated[float | None, Field(ge=0, le=100)] = None
    width: Side = 512
    height: Side = 512
    restore_faces: bool = False
    tiling: bool = False
    eta: Annotated[float | None, Field(ge=0, le=1)] = None
    s_churn: float = 0.0
    s_tmin: float = 0.0
    s_tmax: float = 0.0
    s_noise: float = 1.0
    s_min_uncond: float = 0.0
    denoising_strength: Annotated[float, Field(ge=0, le=1)] = 0.75
    override_settings: JsonObject = {}
    override_settings_restore_afterwards: bool = True
    refiner_checkpoint: Name = ""
    refiner_switch_at: Annotated[float, Field(ge=0, le=1)] = 0.8
    disable_extra_networks: bool = False
    send_images: bool = True
    save_images: Annotated[bool, Field(description="Keep the images in the renders folder.")] = False
    do_not_save_samples: bool = False
    alwayson_scripts: JsonObject = {}
    script_name: Name = ""
    script_args: JsonList = []
    force_task_id: Name = ""

    @property
    def sampler(self) -> str:
        """Name of the sampler."""
        return self.sampler_name or self.sampler_index


class Txt2ImgBody(GenerationBody):
    """Images to generate from a prompt."""

    enable_hr: Annotated[bool, Field(description="Enlarge the image and generate over it.")] = False
    hr_scale: Annotated[float, Field(ge=1, le=8)] = 2.0
    hr_upscaler: Name = "Latent"
    hr_second_pass_steps: Annotated[int, Field(ge=0, le=MAX_STEPS)] = 0
    hr_resize_x: OptionalSide = 0
    hr_resize_y: OptionalSide = 0
    hr_prompt: Text = ""
    hr_negative_prompt: Text = ""
    hr_sampler_name: Name = ""
    hr_scheduler: Name = ""
    hr_checkpoint_name: Name = ""
    hr_cfg: Annotated[float | None, Field(ge=0, le=100)] = None
    firstphase_width: OptionalSide = 0
    firstphase_height: OptionalSide = 0


class Img2ImgBody(GenerationBody):
    """Images to generate over another."""

    init_images: Annotated[list[Base64], Field(max_length=1, description="The image; one per request.")] = []
    mask: Base64 | None = None
    mask_blur: Annotated[float, Field(ge=0, le=64)] = 4.0
    mask_blur_x: Annotated[float | None, Field(ge=0, le=64)] = None
    mask_blur_y: Annotated[float | None, Field(ge=0, le=64)] = None
    mask_round: bool = True
    inpainting_fill: Annotated[
        int, Field(ge=0, le=3, description="0 fill, 1 original, 2 latent noise, 3 latent nothing.")
    ] = 0
    inpaint_full_res: bool = True
    inpaint_full_res_padding: Annotated[int, Field(ge=0, le=512)] = 0
    inpainting_mask_invert: Annotated[int, Field(ge=0, le=1)] = 0
    initial_noise_multiplier: Annotated[float | None, Field(ge=0, le=10)] = None
    resize_mode: Annotated[int, Field(ge=0, le=3, description="0 stretch, 1 crop, 2 pad, 3 latent.")] = 0
    image_cfg_scale: Annotated[float, Field(ge=0, le=100)] = 1.5
    include_init_images: bool = False
