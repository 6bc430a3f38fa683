"""Loads a checkpoint as a diffusers pipeline, from a folder, a hub id, or, offline, a single file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import torch

from animator.core.confinement import named_path
from animator.errors import ModelError
from animator.models.diffusion import configs
from animator.models.diffusion.checkpoints.facts import config_folder
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.flow_families import family_of_pipeline
from animator.models.diffusion.checkpoints.identify import Kind, identify
from animator.models.diffusion.checkpoints.library import INDEX
from animator.models.diffusion.checkpoints.parts import is_network
from animator.models.diffusion.flow_matching.autoencoders import check_replacement
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.network_files.components import load_components, load_flow_vae, vae_path
from animator.models.diffusion.precision import load_dtype
from animator.models.diffusion.prompts.tokens import clip_tokenizer
from animator.models.hub import hub_access, not_downloaded, why_unreachable
from animator.models.library_errors import quiet, reason_of
from animator.models.model_folder import check_components, check_model_folder, components, use_safetensors

NO_SAFETY_CHECKER = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
VAES = ("AutoencoderKL", "AutoencoderTiny", "AsymmetricAutoencoderKL", "ConsistencyDecoderVAE")
FLOW_VAES = ("AutoencoderKLFlux2", "AutoencoderKLQwenImage", "AutoencoderKLWan", "AutoencoderDC")
PIPELINES = {"sdxl": "StableDiffusionXLPipeline", "sdxl-refiner": "StableDiffusionXLImg2ImgPipeline"}
OPEN_CLIP_PADDING, CLIP_PADDING = "!", "<|endoftext|>"


def load_pipeline(checkpoint: Checkpoint, options: LoadOptions, device: torch.device) -> Any:
    """Returns the pipeline of a checkpoint, on the CPU, in the precision that suits its device.

    Args:
        checkpoint: Location of the model.
        options: `architecture`, `parts`, `text_encoders`, `vae`, `library` and `precision` are used.
        device: Device it will run on; see `load_dtype`.

    Raises:
        ModelError: It cannot be loaded.
    """
    with quiet_diffusers(checkpoint.name) as diffusers:
        if checkpoint.kind != "file":
            folder = (
                Path(checkpoint.location)
                if checkpoint.kind == "folder"
                else download_pipeline(diffusers, checkpoint)
            )
            return _folder(diffusers, folder, options, device, {})
        if is_network(identify(Path(checkpoint.location))):
            dtype = load_dtype(options.precision, device, is_transformer=True)
            parts, loaded = load_components(checkpoint, options, dtype)
            return _folder(diffusers, parts, options, device, loaded)
        pipeline = _single_file(diffusers, checkpoint, options, device)
        if options.vae:
            _replace_vae(diffusers, options, pipeline)
    return pipeline


@contextmanager
def quiet_diffusers(name: str) -> Iterator[Any]:
    """Yields diffusers with logging and progress bars off; turns its errors into `ModelError`.

    Args:
        name: Name of the model being loaded, for the message.
    """
    with quiet("diffusers", "transformers", explain=partial(_failure, name)) as diffusers:
        yield diffusers


def _failure(name: str, error: Exception) -> str:
    from safetensors import SafetensorError

    reason = reason_of(error)
    if isinstance(error, SafetensorError):
        return f"model {name}: is corrupt: {reason}; download or copy it again"
    if "expected shape" in reason or "size mismatch" in reason:
        reason = (
            f"{reason[:200]} ... Its layer sizes are not those of its family; name a diffusers folder with "
            "its configs in diffusion.architecture"
        )
    return f"model {name}: cannot be loaded: {reason}"


def _folder(
    diffusers: Any, folder: Path, options: LoadOptions, device: torch.device, loaded: Mapping[str, Any]
) -> Any:
    """Returns the pipeline of a folder, with components that are loaded already in place of its own."""
    check_model_folder(folder)
    config = diffusers.DiffusionPipeline.load_config(str(folder), local_files_only=True)
    is_transformer = family_of_pipeline(config["_class_name"]) is not None
    loads_small = is_transformer or options.loads_small
    dtype = load_dtype(options.precision, device, is_transformer=loads_small)
    # Absent components, such as the third text encoder of SD 3, have to be passed as None.
    given: dict[str, Any] = {part: None for part, of in config.items() if of == [None, None]}
    given |= {**(NO_SAFETY_CHECKER if "safety_checker" in config else {}), **loaded}
    vae = vae_path(options.vae, options.library) if options.vae and is_transformer else None
    if vae is not None and vae.is_file():
        given["vae"] = load_flow_vae(vae, folder, dtype)
    parts = [folder / part for part in components(config) if part not in given]
    pickled = [part for part in parts if not use_safetensors(part)]  # all are checked
    pipeline = diffusers.DiffusionPipeline.from_pretrained(
        str(folder),
        dtype=dtype,
        local_files_only=True,
        use_safetensors=None if pickled else True,
        **given,
    )
    if is_transformer and "transformer" not in loaded:
        # That of Stable Diffusion 3 has the precision of its file where accelerate is missing.
        pipeline.transformer.to(dtype)
    if options.vae and "vae" not in given:
        _replace_vae(diffusers, options, pipeline)
    return pipeline


def download_pipeline(diffusers: Any, checkpoint: Checkpoint) -> Path:
    """Returns the folder of a hub id in the hub's cache, downloaded where that is permitted."""
    with hub_access() as is_permitted:
        reason = why_unreachable() if is_permitted else ""
        is_online = is_permitted and not reason
        try:
            config = diffusers.DiffusionPipeline.load_config(
                checkpoint.location, local_files_only=not is_online
            )
            check_components(checkpoint.name, config)
            unused = NO_SAFETY_CHECKER if "safety_checker" in config else {}
            return Path(
                diffusers.DiffusionPipeline.download(
                    checkpoint.location, local_files_only=not is_online, use_safetensors=True, **unused
                )
            )
        except OSError as error:
            if is_online:
                raise
            raise not_downloaded("model", checkpoint.name, reason) from error


def _single_file(diffusers: Any, checkpoint: Checkpoint, options: LoadOptions, device: torch.device) -> Any:
    path = Path(checkpoint.location)
    kind = identify(path)
    config = str(
        named_path(options.architecture) if options.architecture else config_folder(checkpoint.name, kind)
    )
    if options.architecture:
        check_model_folder(Path(config))
    pipeline_class = getattr(diffusers, PIPELINES.get(kind.family, "StableDiffusionPipeline"))
    dtype = load_dtype(options.precision, device, is_transformer=options.loads_small)
    pipeline = pipeline_class.from_single_file(
        str(path), config=config, local_files_only=True, dtype=dtype, **_parts(kind, Path(config))
    )
    if kind.family == "sd2" and not (kind.prediction or kind.is_inpainting or options.architecture):
        kind = replace(kind, prediction=detect_prediction(pipeline.unet))
    _configure_scheduler(pipeline, kind)
    return pipeline


def _parts(kind: Kind, config: Path) -> dict[str, Any]:
    """Returns the components of a single file's pipeline that are not in the file."""
    if kind.family == "sdxl-refiner":
        parts: dict[str, Any] = {"text_encoder": None, "tokenizer": None}
        if not (config / "tokenizer_2").is_dir():
            parts["tokenizer_2"] = clip_tokenizer(pad_token=OPEN_CLIP_PADDING)
        return parts
    is_xl = kind.family == "sdxl"
    parts = {} if is_xl else dict(NO_SAFETY_CHECKER)
    if not (config / "tokenizer").is_dir():
        parts["tokenizer"] = clip_tokenizer(
            pad_token=OPEN_CLIP_PADDING if kind.family == "sd2" else CLIP_PADDING
        )
        if is_xl:
            parts["tokenizer_2"] = clip_tokenizer(pad_token=OPEN_CLIP_PADDING)
    return parts


@torch.no_grad()
def detect_prediction(unet: Any) -> str:
    """Returns a U-Net's prediction type, detected from its output for pure noise.

    At the noisiest timestep the latent is the noise. A model that predicts epsilon returns it; the velocity
    there is minus the clean latent, which does not correlate with it. Stable Diffusion 2's files do not tell.

    Returns:
        "epsilon" or "v_prediction".
    """
    noise = torch.randn((1, unet.config.in_channels, 16, 16), generator=torch.Generator().manual_seed(0))
    context = torch.zeros((1, 77, unet.config.cross_attention_dim), dtype=unet.dtype)
    output = unet(noise.to(unet.dtype), torch.tensor([999]), encoder_hidden_states=context).sample
    pair = torch.stack([noise.flatten(), output.to(torch.float32).flatten()])
    return "epsilon" if float(torch.corrcoef(pair)[0, 1]) > 0.5 else "v_prediction"


def _configure_scheduler(pipeline: Any, kind: Kind) -> None:
    """Applies what the file's metadata says: prediction type, zero terminal SNR, few steps."""
    config: dict[str, Any] = {}
    if kind.prediction:
        config["prediction_type"] = kind.prediction
    if kind.is_zero_terminal:
        config["rescale_betas_zero_snr"] = True
    if kind.is_few_step:
        config["timestep_spacing"] = "trailing"
    if config:
        pipeline.scheduler = type(pipeline.scheduler).from_config(pipeline.scheduler.config, **config)


def _replace_vae(diffusers: Any, options: LoadOptions, pipeline: Any) -> None:
    vae = _vae(diffusers, options, pipeline)
    check_replacement(options.vae, vae, pipeline.vae)
    pipeline.register_modules(vae=vae)


def _vae(diffusers: Any, options: LoadOptions, pipeline: Any) -> Any:
    dtype = pipeline.vae.dtype
    location = vae_path(options.vae, options.library)
    if location.is_dir():
        return _vae_folder(diffusers, location, dtype)
    config = named_path(options.architecture) / "vae" if options.architecture else None
    if config is None:
        family = "sdxl" if pipeline.vae.config.scaling_factor == 0.13025 else "sd1"
        config = Path(str(resources.files(configs).joinpath(family))) / "vae"
    return diffusers.AutoencoderKL.from_single_file(
        str(location), config=str(config.parent), subfolder="vae", local_files_only=True, dtype=dtype
    )


def _vae_folder(diffusers: Any, folder: Path, dtype: torch.dtype) -> Any:
    location = folder / "vae" if (folder / INDEX).is_file() else folder
    check_model_folder(location)
    config = diffusers.AutoencoderKL.load_config(str(location), local_files_only=True)
    name = config.get("_class_name")
    if name not in (*VAES, *FLOW_VAES):
        raise ModelError(f"{location}: holds {name!r}; expected one of {', '.join((*VAES, *FLOW_VAES))}")
    return getattr(diffusers, name).from_pretrained(
        str(location), local_files_only=True, dtype=dtype, use_safetensors=use_safetensors(location)
    )
