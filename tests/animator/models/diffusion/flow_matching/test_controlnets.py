"""ControlNets of Flux and Stable Diffusion 3: every form, against diffusers' own pipelines; refusals."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.batch import generate_batch
from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.usable import check_controlnet
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.flow_matching.schedule import flow_scheduler
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tuning import GuidanceTuning
from schedules import PromptFrame
from tests.animator.models.diffusion import tiny_models
from tests.animator.models.diffusion.flow_matching.tiny_controlnets import NETS, flux_net, stirred
from tests.opened import open_each_once

CPU = torch.device("cpu")
IMAGE = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(11))
Open = Callable[[str], StableDiffuser]
PROMPT, NEGATIVE, STEPS, SCALE = "a red cat", "blurry", 4, 3.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nets")
    for name, (_, make) in NETS.items():
        net = make()
        net.save_pretrained(folder / name)
        save_file(
            {key: value.contiguous() for key, value in net.state_dict().items()},
            folder / f"{name}-file.safetensors",
        )
    return folder


@pytest.fixture(scope="module")
def model_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Tiny models of several blocks."""
    folder = tmp_path_factory.mktemp("models")
    for kind in ("flux", "sd3"):
        made = tiny_models.pipeline(kind)
        config = {name: value for name, value in made.transformer.config.items() if name[0] != "_"}
        more = {"num_layers": 3} | ({"num_single_layers": 2} if kind == "flux" else {})
        transformer = type(made.transformer)(**{**config, **more})
        made.register_modules(transformer=stirred(transformer, 5))
        made.save_pretrained(folder / kind)
    return lambda kind: folder / kind


@pytest.fixture(scope="module")
def diffuser_of(model_of: Callable[[str], Path], place: Path) -> Open:
    return open_each_once(model_of, place)


@pytest.fixture
def asked(request_: GenerationRequest) -> GenerationRequest:
    return replace(
        request_,
        image=None,
        strength=0.0,
        prompt=PromptFrame(PROMPT, ""),
        steps=STEPS,
        sampler="Euler",
        cfg_scale=SCALE,
    )


def control(model: str, weight: float = 1.0, **more: Any) -> Control:
    return Control(weight, model=model, **{"image": IMAGE, **more})


def apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().mean())


def drawn_by_diffusers(model: Path, kind: str, net: Any, latent: Tensor, **more: Any) -> Tensor:
    """The image of diffusers' own pipeline for a noise (1, 16, 8, 8)."""
    name = {"flux": "FluxControlNetPipeline", "sd3": "StableDiffusion3ControlNetPipeline"}[kind]
    none = {"text_encoder_3": None, "tokenizer_3": None, "image_encoder": None, "feature_extractor": None}
    pipeline = getattr(diffusers, name).from_pretrained(
        str(model),
        controlnet=net,
        **(none if kind == "sd3" else {"image_encoder": None, "feature_extractor": None}),
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = flow_scheduler(pipeline.scheduler)
    if kind == "flux":
        latent = pipeline._pack_latents(latent, 1, 16, 8, 8)
    drawn = pipeline(
        prompt=PROMPT,
        control_image=IMAGE[None] * 2 - 1,  # a tensor is taken as it is, an image is brought to this range
        width=64,
        height=64,
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        latents=latent,
        output_type="pt",
        **more,
    )
    return torch.as_tensor(drawn.images[0])


@pytest.mark.parametrize("name", NETS)
def test_the_image_is_that_of_diffusers_pipeline(
    name: str,
    diffuser_of: Open,
    model_of: Callable[[str], Path],
    place: Path,
    asked: GenerationRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Theirs draws a sample of the control image's latents, ours takes their mean.
    from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

    monkeypatch.setattr(DiagonalGaussianDistribution, "sample", lambda self, generator=None: self.mean)
    kind, make = NETS[name]
    latent = LatentNoise.of(asked.seed, (1, 16, 8, 8), CPU).draw()
    net = type(make()).from_pretrained(place / name)
    more: dict[str, Any] = {"control_mode": 2} if name == "flux-union" else {}
    expected = drawn_by_diffusers(
        model_of(kind), kind, net, latent, controlnet_conditioning_scale=0.7, control_guidance_end=0.5, **more
    )
    request = replace(asked, controls=(control(name, 0.7, end=0.5, task="depth"),))
    if kind == "flux":
        request = replace(request, guidance=replace(GuidanceTuning(), distilled=SCALE), cfg_scale=1.0)
    made = diffuser_of(kind).generate(request)
    assert (made - expected.clamp(0, 1)).abs().max() < 1e-3
    assert apart(made, diffuser_of(kind).generate(replace(request, controls=()))) > 1e-3


@pytest.mark.parametrize("name", [name for name in NETS if name != "sd3-pooled"])  # which tensors do not tell
def test_a_file_generates_what_its_folder_does(
    name: str, diffuser_of: Open, asked: GenerationRequest
) -> None:
    kind = NETS[name][0]
    images = [
        diffuser_of(kind).generate(replace(asked, controls=(control(f"{name}{form}", task="depth"),)))
        for form in ("", "-file")
    ]
    assert torch.equal(*images)


@pytest.mark.parametrize("kind", ["flux", "sd3"])
def test_weights_masks_steps_and_several_units_act(
    kind: str, diffuser_of: Open, asked: GenerationRequest
) -> None:
    def drawn(*controls: Control) -> Tensor:
        return diffuser_of(kind).generate(replace(asked, controls=controls))

    without, full = drawn(), drawn(control(kind))
    assert torch.equal(drawn(control(kind, 0.0)), without)
    everywhere, nowhere = (drawn(control(kind, mask=torch.full((1, 64, 64), value))) for value in (1.0, 0.0))
    assert apart(everywhere, full) < 1e-6 and apart(nowhere, without) < 1e-6
    half = torch.zeros(1, 64, 64)
    half[:, :32] = 1
    images = [
        without,
        full,
        drawn(control(kind, 0.3)),
        drawn(control(kind, mask=half)),
        drawn(control(kind, image=IMAGE.flip(-1))),
        drawn(control(kind, end=0.5)),
        drawn(control(kind), control("flux-guided" if kind == "flux" else "sd3-large", 0.5)),
    ]
    for index, image in enumerate(images):
        assert all(apart(image, other) > 1e-6 for other in images[index + 1 :])
    halves = drawn(control(kind, end=0.5), control(kind, start=0.5))
    assert apart(halves, full) < 1e-6
    assert apart(drawn(control(kind, 0.5), control(kind, 0.5)), full) < 1e-4
    assert torch.equal(drawn(), without)


def test_no_hook_stays_and_nets_are_kept(diffuser_of: Open, asked: GenerationRequest) -> None:
    diffuser_of("flux").generate(replace(asked, controls=(control("flux"),)))
    engine = diffuser_of("flux").engine()
    assert isinstance(engine, FlowEngine)
    assert not engine._network.pipeline.transformer._forward_pre_hooks


FACTS = {"flux": ModelFacts("flux"), "sd3": ModelFacts("sd3"), "sd1": ModelFacts("sd1", context_width=768)}


@pytest.mark.parametrize(
    ("name", "base", "task", "words"),
    [
        ("flux", "sd3", "", "was made for Flux; the model m is Stable Diffusion 3"),
        ("sd3-file", "flux", "", "was made for Stable Diffusion 3; the model m is Flux"),
        ("flux-file", "sd1", "", "was made for Flux; the model m is Stable Diffusion 1"),
        ("flux-union-file", "flux", "normal", "has task normal; set task to .*: canny, tile, depth, blur"),
        ("flux-union", "flux", "", "the unit has no task"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_loads(
    place: Path, name: str, base: str, task: str, words: str
) -> None:
    with pytest.raises(ModelError, match=words):
        check_controlnet(name, Library((place,)), {"m": FACTS[base]}, task)


def test_families_without_controlnets_say_so(place: Path) -> None:
    with pytest.raises(ModelError, match="the model m takes no ControlNet"):
        check_controlnet("flux", Library((place,)), {"m": ModelFacts("qwen-image")})


def test_headers_tell_the_family(place: Path) -> None:
    assert str(identify(place / "flux-file.safetensors")) == "Flux ControlNet"
    assert str(identify(place / "sd3-large-file.safetensors")) == "Stable Diffusion 3 ControlNet"


def test_control_modes_are_refused_in_words(diffuser_of: Open, asked: GenerationRequest) -> None:
    with pytest.raises(ModelError, match="has no meaning for Flux"):
        diffuser_of("flux").generate(replace(asked, controls=(control("flux", control_mode="prompt"),)))


def test_nets_of_other_widths_are_said(
    model_of: Callable[[str], Path], asked: GenerationRequest, tmp_path: Path
) -> None:
    flux_net(num_attention_heads=4).save_pretrained(tmp_path / "wide")
    diffuser = open_each_once(model_of, tmp_path)("flux")
    with pytest.raises(ModelError, match="its blocks have a width of 64, those of this Flux 32"):
        diffuser.generate(replace(asked, controls=(control("wide"),)))


@pytest.mark.parametrize("name", ["flux", "flux-union", "sd3"])
def test_images_of_a_batch_are_guided_as_each_alone(
    name: str, diffuser_of: Open, asked: GenerationRequest
) -> None:
    """Those with the very same controls share calls; others have their own."""
    diffuser = diffuser_of(NETS[name][0])
    more: dict[str, Any] = {"task": "canny"} if "union" in name else {}
    own, other = control(name, **more), control(name, image=IMAGE.flip(1), **more)
    units = ((own,), (own,), (other,), ())
    requests = [replace(asked, seed=seed, controls=unit) for seed, unit in enumerate(units)]
    together = generate_batch(diffuser, requests)
    for image, request in zip(together, requests, strict=True):
        assert torch.allclose(image, diffuser.generate(request), atol=1e-4)
    assert apart(together[2], diffuser.generate(replace(requests[2], controls=(own,)))) > 1e-4
