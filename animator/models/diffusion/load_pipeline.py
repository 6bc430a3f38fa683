"""A checkpoint -> a loaded diffusers pipeline: from a folder, a hub id, or, without network, one file."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import torch

from animator.errors import ModelError
from animator.models.diffusion import configs
from animator.models.diffusion.checkpoints.file_header import SAFE
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.identify import Kind, identify
from animator.models.diffusion.checkpoints.library import INDEX
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.prompts.tokens import clip_tokenizer
from animator.models.torchvision_ops import declare_missing_ops

NO_CHECKER = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
_LIBRARY_ERRORS = (OSError, ValueError, KeyError, RuntimeError, ImportError, AttributeError, TypeError)
OPEN_CLIP_PADDING, CLIP_PADDING = "!", "<|endoftext|>"


def load_pipeline(checkpoint: Checkpoint, options: LoadOptions, device: torch.device) -> Any:
    """The checkpoint's pipeline, still on the CPU, in the precision that suits the device it is for.

    Args:
        checkpoint: Where it is.
        options: Of these, `architecture` and `vae` count here.
        device: Where it will run: single precision for CPUs, half for others.

    Raises:
        ModelError: It cannot be loaded; says why.
    """
    with quiet(checkpoint.name) as diffusers:
        if checkpoint.kind == "file":
            pipeline = _single_file(diffusers, checkpoint, options, _dtype(device))
        else:
            pipeline = _folder(diffusers, checkpoint, device)
        if options.vae:
            pipeline.register_modules(vae=_vae(diffusers, options, pipeline))
    return pipeline


@contextmanager
def quiet(name: str) -> Iterator[Any]:
    """diffusers, ready to load, its chatter off and its errors turned into ours.

    Args:
        name: What is being loaded, for the message.
    """
    declare_missing_ops()
    import diffusers
    import transformers
    from safetensors import SafetensorError

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' advice about each other is nothing a user can act on
        try:
            yield diffusers
        except _LIBRARY_ERRORS as error:
            raise ModelError(f"model {name}: cannot be loaded: {_reason(error)}") from error
        except SafetensorError as error:
            raise ModelError(f"model {name}: is corrupt: {error}; load or copy it again") from error


def _reason(error: Exception) -> str:
    reason = " ".join(str(error).split())
    if "expected shape" in reason or "size mismatch" in reason:
        return (
            f"{reason[:200]} ... Its sizes are not those of its family; name a diffusers folder that has "
            "them in diffusion.architecture"
        )
    return reason[:500]


def _dtype(device: torch.device, pipeline_class: str = "") -> torch.dtype:
    if device.type == "cpu":
        return torch.float32
    # Transformers of the Flux kind overflow in float16; U-Nets were trained for it.
    is_transformer = pipeline_class.startswith(("Flux", "StableDiffusion3"))
    return torch.bfloat16 if is_transformer else torch.float16


def _folder(diffusers: Any, checkpoint: Checkpoint, device: torch.device) -> Any:
    config = diffusers.DiffusionPipeline.load_config(
        checkpoint.location, local_files_only=checkpoint.kind == "folder"
    )
    # Parts that a folder leaves out, such as the third text encoder of SD 3, must be said to be absent.
    without: dict[str, Any] = {part: None for part, of in config.items() if of == [None, None]}
    without |= NO_CHECKER if "safety_checker" in config else {}
    return diffusers.DiffusionPipeline.from_pretrained(
        checkpoint.location,
        dtype=_dtype(device, config["_class_name"]),
        local_files_only=checkpoint.kind == "folder",
        use_safetensors=True,
        **without,
    )


def _single_file(diffusers: Any, checkpoint: Checkpoint, options: LoadOptions, dtype: torch.dtype) -> Any:
    path = Path(checkpoint.location)
    kind = identify(path)
    described = str(_shipped(checkpoint.name, kind))
    described = options.architecture or described
    is_xl = kind.family == "sdxl"
    parts: dict[str, Any] = {} if is_xl else dict(NO_CHECKER)
    if not (Path(described) / "tokenizer").is_dir():
        parts["tokenizer"] = clip_tokenizer(
            pad_token=OPEN_CLIP_PADDING if kind.family == "sd2" else CLIP_PADDING
        )
        if is_xl:
            parts["tokenizer_2"] = clip_tokenizer(pad_token=OPEN_CLIP_PADDING)
    wanted = diffusers.StableDiffusionXLPipeline if is_xl else diffusers.StableDiffusionPipeline
    pipeline = wanted.from_single_file(
        str(path), config=described, local_files_only=True, dtype=dtype, **parts
    )
    if kind.family == "sd2" and not (kind.prediction or kind.is_inpainting or options.architecture):
        kind = replace(kind, prediction=predicted(pipeline.unet))
    _apply_hints(pipeline, kind)
    return pipeline


def _shipped(name: str, kind: Kind) -> Path:
    """The folder of JSON, shipped with animator, that describes a file of this kind.

    Raises:
        ModelError: Such a file is no checkpoint that can draw.
    """
    if kind.what != "checkpoint" or kind.family not in ("sd1", "sd2", "sdxl"):
        hint = {
            "sd3": "; use the model's diffusers folder, which holds its text encoders, too",
            "flux": "; use the model's diffusers folder, which holds its text encoders, too",
            "sdxl-refiner": "; the refiner alone draws nothing: use the base model",
        }.get(kind.family if kind.what in ("checkpoint", "unet") else "", "")
        if kind.what == "lora":
            hint = "; name it in a prompt, as <lora:name:0.8>, beside a checkpoint of the same base"
        raise ModelError(f"model {name}: cannot draw: the file is of kind {kind}{hint}")
    suffix = "-inpaint" if kind.is_inpainting else ""
    if kind.family == "sd2" and kind.prediction == "v_prediction" and not suffix:
        suffix = "-v"
    return Path(str(resources.files(configs).joinpath(f"{kind.family}{suffix}")))


@torch.no_grad()
def predicted(unet: Any) -> str:
    """What a U-Net was trained to give, told from its answer to pure noise: "epsilon" or "v_prediction".

    At the noisiest timestep the latent is the noise. A model of the noise gives it back; one of the
    velocity, which there is minus the clean latent, cannot know it. Stable Diffusion 2's files do not say.
    """
    noise = torch.randn((1, unet.config.in_channels, 16, 16), generator=torch.Generator().manual_seed(0))
    context = torch.zeros((1, 77, unet.config.cross_attention_dim), dtype=unet.dtype)
    answer = unet(noise.to(unet.dtype), torch.tensor([999]), encoder_hidden_states=context).sample
    pair = torch.stack([noise.flatten(), answer.to(torch.float32).flatten()])
    return "epsilon" if float(torch.corrcoef(pair)[0, 1]) > 0.5 else "v_prediction"


def _apply_hints(pipeline: Any, kind: Kind) -> None:
    """What the file says of itself: its prediction, its noise at the end, that it needs few steps."""
    said: dict[str, Any] = {}
    if kind.prediction:
        said["prediction_type"] = kind.prediction
    if kind.is_zero_terminal:
        said["rescale_betas_zero_snr"] = True
    if kind.is_few_step:
        said["timestep_spacing"] = "trailing"
    if said:
        pipeline.scheduler = type(pipeline.scheduler).from_config(pipeline.scheduler.config, **said)


def _vae(diffusers: Any, options: LoadOptions, pipeline: Any) -> Any:
    dtype = pipeline.vae.dtype
    path = Path(options.vae).expanduser()
    found = path if path.exists() else options.library.checkpoint(options.vae)
    if found is None:
        raise ModelError(f"vae {options.vae}: there is no such file or folder, here or in the model folders")
    if found.is_dir():
        return _vae_folder(diffusers, found, dtype)
    kind = identify(options.library.readable(found))
    if kind.what not in ("vae", "checkpoint"):
        raise ModelError(f"vae {options.vae}: is no VAE but a file of kind {kind}")
    described = Path(options.architecture) / "vae" if options.architecture else None
    if described is None:
        family = "sdxl" if pipeline.vae.config.scaling_factor == 0.13025 else "sd1"
        described = Path(str(resources.files(configs).joinpath(family))) / "vae"
    return diffusers.AutoencoderKL.from_single_file(
        str(found), config=str(described.parent), subfolder="vae", local_files_only=True, dtype=dtype
    )


def _vae_folder(diffusers: Any, folder: Path, dtype: torch.dtype) -> Any:
    place = folder / "vae" if (folder / INDEX).is_file() else folder
    config = diffusers.AutoencoderKL.load_config(str(place), local_files_only=True)
    return getattr(diffusers, config["_class_name"]).from_pretrained(
        str(place), local_files_only=True, dtype=dtype, use_safetensors=any(place.glob(f"*{SAFE}"))
    )
