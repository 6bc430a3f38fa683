"""IP-Adapters: every variant against diffusers' own pipeline; weights, steps, masks, several images."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.image_prompt import ImagePrompt
from animator.models.diffusion.ip_adapter.encoder import ImageEncoder
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tuning import DeepShrink
from schedules import PromptFrame
from tests.opened import open_stable

CPU = torch.device("cpu")
Folder = Callable[[str], Path]
Generate = Callable[..., Tensor]
Images = tuple[Tensor, Tensor]
VARIANTS = ("plain", "plus", "full-face")


def adapter(variant: str = "plain", kind: str = "sd1") -> AdapterName:
    return AdapterName(f"{kind}-{variant}")


def apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().mean())


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_image_is_that_of_diffusers_pipeline(
    diffuser_of: Callable[[str], StableDiffuser],
    adapters: Path,
    folder_of: Folder,
    request_: GenerationRequest,
    photos: tuple[Path, Path],
    images: Images,
    kind: str,
    variant: str,
) -> None:
    """Image to image with two adapters, the first of which has two images."""
    import diffusers

    pipelines = {
        "sd1": diffusers.StableDiffusionImg2ImgPipeline,
        "sdxl": diffusers.StableDiffusionXLImg2ImgPipeline,
    }
    more = {"safety_checker": None} if kind == "sd1" else {"add_watermarker": False}
    pipeline = pipelines[kind].from_pretrained(str(folder_of(kind)), **more)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = diffusers.EulerDiscreteScheduler.from_config(
        pipeline.scheduler.config, timestep_spacing="linspace"
    )
    names = [f"{kind}-{variant}.safetensors", f"{kind}-plain.safetensors"]
    pipeline.load_ip_adapter(
        str(adapters), subfolder="", weight_name=names, image_encoder_folder="image_encoder"
    )
    pipeline.set_ip_adapter_scale([0.8, 0.5])
    pictures = [Image.open(path) for path in photos]
    generator = torch.Generator().manual_seed(request_.seed)
    assert request_.image is not None
    # The mean of the posterior, as ours; its own sampling would need the noise of another place.
    pipeline.vae.encode = _mean_of(pipeline.vae.encode)
    expected = pipeline(
        prompt="a red cat",
        negative_prompt="blurry",
        image=request_.image[None],
        ip_adapter_image=[pictures, pictures[0]],
        num_inference_steps=6,
        strength=0.5,
        guidance_scale=4.0,
        generator=generator,
        output_type="pt",
    ).images[0]
    asked = replace(
        request_,
        prompt=PromptFrame("a red cat", "blurry"),
        steps=6,
        strength=0.5,
        cfg_scale=4.0,
        sampler="Euler Uniform",
        image_prompts=(
            ImagePrompt(adapter(variant, kind), images, 0.8),
            ImagePrompt(adapter("plain", kind), images[:1], 0.5),
        ),
    )
    generated = diffuser_of(kind).generate(asked)
    assert torch.allclose(generated.clamp(0, 1), expected, atol=1e-3)
    assert apart(diffuser_of(kind).generate(replace(asked, image_prompts=())), generated) > 5e-3


def _mean_of(encode: Callable[..., Any]) -> Callable[..., Any]:
    def encoded(*args: Any, **more: Any) -> Any:
        out = encode(*args, **more)
        out.latent_dist.sample = lambda *_: out.latent_dist.mean
        return out

    return encoded


@pytest.mark.parametrize("shape", [(64, 64), (64, 96)])
def test_a_mask_acts_as_in_diffusers(
    diffuser_of: Callable[[str], StableDiffuser],
    adapters: Path,
    folder_of: Folder,
    request_: GenerationRequest,
    photos: tuple[Path, Path],
    images: Images,
    shape: tuple[int, int],
) -> None:
    import diffusers
    from diffusers.image_processor import IPAdapterMaskProcessor

    pipeline = diffusers.StableDiffusionPipeline.from_pretrained(str(folder_of("sd1")), safety_checker=None)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = diffusers.EulerDiscreteScheduler.from_config(
        pipeline.scheduler.config, timestep_spacing="linspace"
    )
    pipeline.load_ip_adapter(
        str(adapters), subfolder="", weight_name="sd1-plain.safetensors", image_encoder_folder="image_encoder"
    )
    pipeline.set_ip_adapter_scale([[0.9]])
    height, width = shape
    mask = torch.zeros(1, height, width)
    mask[:, :, : width // 2] = 1
    white = Image.fromarray(mask[0].mul(255).byte().numpy())
    generator = torch.Generator().manual_seed(request_.seed)
    expected = pipeline(
        prompt="a red cat",
        negative_prompt="blurry",
        width=width,
        height=height,
        ip_adapter_image=[[Image.open(photos[0])]],
        cross_attention_kwargs={
            "ip_adapter_masks": [IPAdapterMaskProcessor().preprocess([white], height, width)[None, :, 0]]
        },
        num_inference_steps=4,
        guidance_scale=4.0,
        latents=torch.randn((1, 4, height // 8, width // 8), generator=generator),
        output_type="pt",
    ).images[0]
    asked = replace(
        request_,
        size=(width, height),
        image=None,
        prompt=PromptFrame("a red cat", "blurry"),
        steps=4,
        sampler="Euler Uniform",
        image_prompts=(ImagePrompt(adapter(), images[:1], 0.9, mask=mask),),
    )
    generated = diffuser_of("sd1").generate(asked)
    assert torch.allclose(generated.clamp(0, 1), expected, atol=1e-3)
    everywhere = replace(asked, image_prompts=(ImagePrompt(adapter(), images[:1], 0.9),))
    assert apart(diffuser_of("sd1").generate(everywhere), generated) > 1e-3


def test_weight_0_and_no_image_prompt_are_the_same(generate: Generate, images: Images) -> None:
    without = generate()
    assert torch.equal(generate(ImagePrompt(adapter(), images, 0.0)), without)
    assert torch.equal(generate(ImagePrompt(adapter(), images, start=0.5, end=0.5)), without)
    assert apart(generate(ImagePrompt(adapter(), images)), without) > 1e-3
    assert torch.equal(generate(), without)


def test_weights_images_steps_and_masks_act(generate: Generate, images: Images) -> None:
    half = torch.zeros(1, 64, 64)
    half[:, :32] = 1
    generated = [
        generate(),
        generate(ImagePrompt(adapter(), images[:1], 0.3)),
        generate(ImagePrompt(adapter(), images[:1])),
        generate(ImagePrompt(adapter(), images[1:])),
        generate(ImagePrompt(adapter(), images)),
        generate(ImagePrompt(adapter("plus"), images[:1])),
        generate(ImagePrompt(adapter(), images[:1], end=0.4)),
        generate(ImagePrompt(adapter(), images[:1], mask=half)),
    ]
    for index, image in enumerate(generated):
        assert all(apart(image, other) > 1e-4 for other in generated[index + 1 :])
    assert apart(generated[0], generated[1]) < apart(generated[0], generated[2])
    white = generate(ImagePrompt(adapter(), images[:1], mask=torch.ones(1, 64, 64)))
    assert torch.allclose(white, generated[2], atol=1e-5)


def test_two_halves_of_a_weight_are_the_whole(generate: Generate, images: Images) -> None:
    whole = generate(ImagePrompt(adapter(), images[:1], 0.8))
    halves = (ImagePrompt(adapter(), images[:1], 0.4), ImagePrompt(adapter(), images[:1], 0.4))
    assert torch.allclose(generate(*halves), whole, atol=1e-5)


def test_an_image_is_encoded_once(
    folder_of: Folder,
    adapters: Path,
    request_: GenerationRequest,
    images: Images,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passes: list[int] = []
    embedding = ImageEncoder.embedding

    def counted(self: ImageEncoder, pixels: Tensor) -> Tensor:
        passes.append(1)
        return embedding(self, pixels)

    monkeypatch.setattr(ImageEncoder, "embedding", counted)
    diffuser = open_stable(str(folder_of("sd1")), CPU, LoadOptions(Library((adapters,))))
    for weight in (0.0, 0.3, 0.6):
        prompts = (ImagePrompt(adapter(), images, weight),) if weight else ()
        diffuser.generate(replace(request_, image_prompts=prompts))
    assert len(passes) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": PromptFrame("a cat AND a dog :0.5", "blurry")},
        {"prompt": PromptFrame("a [cat:dog:0.5]", "blurry")},
        {"cfg_scale": 1.0},
        {"sampler": "DPM++ 2M"},
        {"deep_shrink": DeepShrink(2, 2.0, 0.0, 0.5)},
        {"tiling": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_it_goes_with_other_things(generate: Generate, images: Images, change: dict[str, Any]) -> None:
    mask = torch.ones(1, 64, 64)
    mask[:, :, :20] = 0
    prompts = (ImagePrompt(adapter(), images[:1], 0.7, mask=mask), ImagePrompt(adapter("plus"), images))
    assert apart(generate(**change), generate(*prompts, **change)) > 1e-4


def test_it_goes_with_a_controlnet(generate: Generate, images: Images) -> None:
    control = Control(1.0, model="net", image=torch.rand((3, 64, 64)))
    both = generate(ImagePrompt(adapter(), images[:1]), controls=(control,))
    assert apart(both, generate(controls=(control,))) > 1e-3
    assert apart(both, generate(ImagePrompt(adapter(), images[:1]))) > 1e-3


def test_requests_generated_together_and_alone_are_the_same(
    diffuser_of: Callable[[str], StableDiffuser], request_: GenerationRequest, images: Images
) -> None:
    mask = torch.ones(1, 64, 64)
    prompts = [
        (),
        (ImagePrompt(adapter(), images[:1], 0.4),),
        (ImagePrompt(adapter(), images[1:], 0.9),),
        (ImagePrompt(adapter(), images[1:], 0.9, mask=mask / 2),),
    ]
    requests = [replace(request_, image_prompts=own, seed=seed) for seed, own in enumerate(prompts)]
    diffuser = diffuser_of("sd1")
    for request, together in zip(requests, diffuser.generate_batch(requests), strict=True):
        assert torch.allclose(together, diffuser.generate(request), atol=1e-4)


def test_low_memory_generates_the_same(
    folder_of: Folder, adapters: Path, request_: GenerationRequest, images: Images
) -> None:
    asked = replace(request_, image_prompts=(ImagePrompt(adapter("plus"), images),))
    options = LoadOptions(Library((adapters,)))
    usual, low = (
        open_stable(str(folder_of("sd1")), CPU, one).generate(asked)
        for one in (options, replace(options, memory="low"))
    )
    assert torch.allclose(usual, low, atol=1e-4)


def test_it_goes_with_inpainting_at_full_size(generate: Generate, images: Images) -> None:
    area = torch.zeros(1, 64, 64)
    area[:, 10:30, 20:50] = 1
    asked = {"mask": area, "mask_padding": 4}
    acting, elsewhere = (
        generate(ImagePrompt(adapter(), images[:1], mask=mask), **asked)
        for mask in (area, torch.zeros_like(area))
    )
    assert apart(generate(**asked), acting) > 1e-4
    assert torch.allclose(generate(**asked), elsewhere, atol=1e-5)


def test_an_adapter_for_another_base_is_refused(generate: Generate, images: Images) -> None:
    with pytest.raises(
        ModelError, match=r"sdxl-plain: was made for .*Use an IP-Adapter and a model of one base"
    ):
        generate(ImagePrompt(adapter("plain", "sdxl"), images))
    generate()
