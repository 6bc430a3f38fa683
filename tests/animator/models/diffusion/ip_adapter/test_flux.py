"""IP-Adapters of Flux: both layouts of files against diffusers' own pipeline; weights, masks, refusals."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.batch import generate_batch
from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.usable import check_ip_adapter
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.flow_matching.schedule import flow_scheduler
from animator.models.diffusion.image_prompt import ImagePrompt
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tuning import GuidanceTuning
from schedules import PromptFrame
from tests.animator.models.diffusion import adapter_files, tiny_models
from tests.animator.models.diffusion.flow_matching.tiny_controlnets import stirred
from tests.opened import open_each_once

CPU = torch.device("cpu")
STEPS, SCALE, DISTILLED = 4, 3.0, 2.0
Images = tuple[Tensor, Tensor]
XLABS, COMMON = AdapterName("flux-xlabs"), AdapterName("flux-common")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Flux of several blocks, adapters for it in both layouts, and their encoder."""
    folder = tmp_path_factory.mktemp("flux")
    made = tiny_models.pipeline("flux")
    config = {name: value for name, value in made.transformer.config.items() if name[0] != "_"}
    transformer = type(made.transformer)(**{**config, "num_layers": 3, "num_single_layers": 2})
    made.register_modules(transformer=stirred(transformer, 5))
    made.save_pretrained(folder / "model")
    tensors = adapter_files.flux_tensors(transformer)
    save_file(tensors, folder / "flux-common.safetensors")
    save_file(adapter_files.as_xlabs(tensors), folder / "flux-xlabs.safetensors")
    other = adapter_files.flux_tensors(transformer, seed=3)
    save_file(adapter_files.as_xlabs(other), folder / "flux-other.safetensors")
    adapter_files.encoder_folder(folder / "image_encoder")
    return folder


@pytest.fixture(scope="module")
def diffuser(place: Path) -> StableDiffuser:
    return open_each_once(lambda _: place / "model", place)("flux")


@pytest.fixture
def asked(request_: GenerationRequest) -> GenerationRequest:
    return replace(
        request_,
        image=None,
        prompt=PromptFrame("a red cat", ""),
        steps=STEPS,
        cfg_scale=1.0,
        guidance=GuidanceTuning(distilled=DISTILLED),
        sampler="Euler",
    )


def apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().mean())


@pytest.mark.parametrize("negative", ["", "blurry"])
def test_the_image_is_that_of_diffusers_pipeline(
    place: Path,
    diffuser: StableDiffuser,
    asked: GenerationRequest,
    photos: tuple[Path, Path],
    images: Images,
    negative: str,
) -> None:
    """Two adapters; with a negative prompt, its predictions attend to a black image."""
    pipeline = diffusers.FluxPipeline.from_pretrained(str(place / "model"))
    pipeline.set_progress_bar_config(disable=True)
    pipeline.load_ip_adapter(
        str(place),
        weight_name=["flux-xlabs.safetensors", "flux-other.safetensors"],
        image_encoder_pretrained_model_name_or_path=str(place / "image_encoder"),
        image_encoder_dtype=torch.float32,
    )
    pipeline.set_ip_adapter_scale([0.8, 0.5])
    pipeline.scheduler = flow_scheduler(pipeline.scheduler)
    noise = LatentNoise.of(asked.seed, (1, 16, 8, 8), CPU).draw()
    guided = {"negative_prompt": negative, "true_cfg_scale": SCALE} if negative else {}
    expected = pipeline(
        prompt="a red cat",
        width=64,
        height=64,
        latents=pipeline._pack_latents(noise, 1, 16, 8, 8),
        num_inference_steps=STEPS,
        guidance_scale=DISTILLED,
        ip_adapter_image=[Image.open(path) for path in photos],
        output_type="pt",
        **guided,
    ).images[0]
    prompts = (ImagePrompt(XLABS, images[:1], 0.8), ImagePrompt(AdapterName("flux-other"), images[1:], 0.5))
    request = replace(asked, image_prompts=prompts)
    if negative:
        request = replace(request, prompt=PromptFrame("a red cat", negative), cfg_scale=SCALE)
    made = diffuser.generate(request)
    assert torch.allclose(made.clamp(0, 1), expected, atol=1e-3)
    assert apart(made, diffuser.generate(replace(request, image_prompts=()))) > 1e-3


def test_both_layouts_are_one_adapter(
    diffuser: StableDiffuser, asked: GenerationRequest, images: Images
) -> None:
    made = [
        diffuser.generate(replace(asked, image_prompts=(ImagePrompt(name, images),)))
        for name in (XLABS, COMMON)
    ]
    assert torch.equal(*made)


def test_weight_0_is_no_image_and_nothing_stays(
    diffuser: StableDiffuser, asked: GenerationRequest, images: Images
) -> None:
    def made(*prompts: ImagePrompt) -> Tensor:
        return diffuser.generate(replace(asked, image_prompts=prompts))

    without = made()
    assert torch.equal(made(ImagePrompt(XLABS, images, 0.0)), without)
    assert torch.equal(made(ImagePrompt(XLABS, images, start=0.5, end=0.5)), without)
    half = torch.zeros(1, 64, 64)
    half[:, :32] = 1
    acting = [
        without,
        made(ImagePrompt(XLABS, images[:1], 0.3)),
        made(ImagePrompt(XLABS, images[:1])),
        made(ImagePrompt(XLABS, images[1:])),
        made(ImagePrompt(XLABS, images)),
        made(ImagePrompt(XLABS, images[:1], end=0.5)),
        made(ImagePrompt(XLABS, images[:1], mask=half)),
    ]
    for index, image in enumerate(acting):
        assert all(apart(image, other) > 1e-5 for other in acting[index + 1 :])
    assert torch.equal(made(), without)
    assert torch.allclose(
        made(ImagePrompt(XLABS, images[:1], mask=torch.ones(1, 64, 64))), acting[2], atol=1e-6
    )


def test_images_of_a_batch_are_those_of_each_alone(
    diffuser: StableDiffuser, asked: GenerationRequest, images: Images
) -> None:
    prompts = (ImagePrompt(XLABS, images, 0.7), ImagePrompt(AdapterName("flux-other"), images[:1], 0.6))
    requests = [replace(asked, seed=seed, image_prompts=prompts) for seed in (1, 2)]
    for one, request in zip(generate_batch(diffuser, requests), requests, strict=True):
        assert torch.allclose(one, diffuser.generate(request), atol=1e-4)


def test_headers_tell_the_family_and_others_are_refused_in_words(place: Path, tmp_path: Path) -> None:
    library = Library((place,))
    for name in ("flux-xlabs", "flux-common"):
        assert str(identify(place / f"{name}.safetensors")) == "Flux IP-Adapter"
    flux, sdxl = ModelFacts("flux"), ModelFacts("sdxl", context_width=2048)
    check_ip_adapter(XLABS, library, {"m": flux})
    with pytest.raises(ModelError, match="was made for Flux; the model m is SDXL"):
        check_ip_adapter(XLABS, library, {"m": sdxl})
    unet: Any = tiny_models.pipeline("sd1").unet
    adapter_files.write("plain", unet, tmp_path / "sd1.safetensors")
    adapter_files.encoder_folder(tmp_path / "image_encoder")
    with pytest.raises(ModelError, match="was made for a model with a U-Net; the model m is Flux"):
        check_ip_adapter(AdapterName("sd1"), Library((tmp_path,)), {"m": flux})
    with pytest.raises(ModelError, match="takes no IP-Adapter; Stable Diffusion 1, 2 and XL and Flux do"):
        check_ip_adapter(XLABS, library, {"m": ModelFacts("chroma")})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: {n: x for n, x in t.items() if "1.to_k_ip.bias" not in n}, "does not fit the model"),
        (lambda t: {n: x[..., :7] if "0.to_v_ip.weight" in n else x for n, x in t.items()}, "does not fit"),
        (lambda t: {n: x for n, x in t.items() if n != "image_proj.norm.weight"}, "is broken"),
    ],
)
def test_broken_files_are_said(
    place: Path,
    tmp_path: Path,
    asked: GenerationRequest,
    images: Images,
    change: Callable[[dict[str, Tensor]], dict[str, Tensor]],
    words: str,
) -> None:
    opened = open_each_once(lambda _: place / "model", tmp_path, place)("flux")
    engine = opened.engine()
    assert isinstance(engine, FlowEngine)
    changed = change(adapter_files.flux_tensors(engine.transformer))
    save_file(
        {name: tensor.contiguous() for name, tensor in changed.items()}, tmp_path / "broken.safetensors"
    )
    with pytest.raises(ModelError, match=words):
        opened.generate(replace(asked, image_prompts=(ImagePrompt(AdapterName("broken"), images),)))
