"""NaN and blank images, running out of memory, checkpoint schedules, and model records."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from animator.core.lru_cache import LRUCache
from animator.errors import AnimatorError, ModelError
from animator.loop.build.models import check_models
from animator.models.diffusion import memory
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.model_info import model_records, sha256
from animator.models.diffusion.load_options import LoadOptions, Precision
from animator.models.diffusion.model_cache import KEPT, ModelCache
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.retry import MAX_RETRIES, generate_with_retry
from animator.models.diffusion.stable import open_diffuser
from animator.timeline.timeline import Timeline
from schedules.seeds import derive
from tests.animator.models.diffusion import tiny_models
from tests.fakes import Make

CPU = torch.device("cpu")
Folder = Callable[[str], Path]
GOOD = torch.rand((3, 8, 8), generator=torch.Generator().manual_seed(0))
NAN = torch.full((3, 8, 8), torch.nan)
BLACK = torch.zeros(3, 8, 8)


class Draws:
    """Gives the images in turn and remembers the seeds."""

    def __init__(self, *images: torch.Tensor) -> None:
        self.images = list(images)
        self.seeds: list[int] = []

    def __call__(self, request: GenerationRequest) -> torch.Tensor:
        self.seeds.append(request.seed)
        return self.images.pop(0)


def never() -> bool:
    return False


@pytest.mark.parametrize("bad", [NAN, BLACK, BLACK + torch.inf, BLACK - 3.0, BLACK + 0.5])
def test_bad_images_are_generated_again_with_derived_seeds(
    request_: GenerationRequest, bad: torch.Tensor, caplog: pytest.LogCaptureFixture
) -> None:
    draw = Draws(bad, bad, GOOD)
    with caplog.at_level(logging.WARNING):
        assert torch.equal(generate_with_retry(draw, request_, never), GOOD)
    again = [derive(request_.seed, request_.frame, f"redraw {turn}") for turn in (1, 2)]
    assert draw.seeds == [request_.seed, *again]
    assert "frame 0: the generated image is" in caplog.text


def test_nan_first_upcasts_the_vae(request_: GenerationRequest) -> None:
    draw = Draws(NAN, GOOD)
    assert torch.equal(generate_with_retry(draw, request_, lambda: True), GOOD)
    assert draw.seeds == [request_.seed] * 2


def test_nan_without_end_is_an_error_that_says_what_to_do(request_: GenerationRequest) -> None:
    with pytest.raises(AnimatorError, match=r"frame 0: .*NaN.*4 times; try another sampler"):
        generate_with_retry(Draws(*[NAN] * (MAX_RETRIES + 1)), request_, never)


def test_an_image_that_stays_blank_is_accepted(request_: GenerationRequest) -> None:
    assert torch.equal(generate_with_retry(Draws(*[BLACK] * (MAX_RETRIES + 1)), request_, never), BLACK)


def test_a_blank_result_of_a_blank_init_image_is_accepted(request_: GenerationRequest) -> None:
    draw = Draws(BLACK)
    generate_with_retry(draw, replace(request_, image=torch.ones(3, 8, 8)), never)
    assert len(draw.seeds) == 1


def test_values_outside_are_clipped(request_: GenerationRequest) -> None:
    generated = generate_with_retry(Draws(GOOD * 3 - 1), request_, never)
    assert torch.equal(generated, (GOOD * 3 - 1).clamp(0, 1))


def test_a_real_model_recovers_and_later_seeds_stay(
    folder_of: Folder, request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    diffuser = open_diffuser(str(folder_of("sd1")), CPU)
    second = diffuser.generate(replace(request_, frame=1, seed=4))
    unet = diffuser.engine().model.unet  # type: ignore[attr-defined]  # an SD 1 engine
    forward, calls = unet.forward, []

    def breaks_once(*args: object, **kwargs: object) -> object:
        calls.append(1)
        out = forward(*args, **kwargs)
        return (out[0] * torch.nan,) if len(calls) == 1 else out

    monkeypatch.setattr(unet, "forward", breaks_once)
    repeated = diffuser.generate(request_)
    assert bool(torch.isfinite(repeated).all())
    seed = derive(request_.seed, request_.frame, "redraw 1")
    assert torch.equal(repeated, diffuser.generate(replace(request_, seed=seed)))
    assert torch.equal(second, diffuser.generate(replace(request_, frame=1, seed=4)))


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate"),
        RuntimeError("MPS backend out of memory"),
        MemoryError(),
    ],
)
def test_running_out_of_memory_says_what_would_fit(request_: GenerationRequest, error: Exception) -> None:
    asked = replace(request_, size=(1024, 768), frame=12)
    with (
        pytest.raises(
            AnimatorError, match=r"frame 12: out of memory while generating 1024 x 768 on cpu"
        ) as said,
        memory.explain_out_of_memory(asked, CPU),
    ):
        raise error
    for help_ in ("diffusion.memory to low", "512 x 384", "can be resumed"):
        assert help_ in str(said.value)


def test_other_errors_pass(request_: GenerationRequest) -> None:
    with pytest.raises(RuntimeError, match="shapes"), memory.explain_out_of_memory(request_, CPU):
        raise RuntimeError("shapes do not match")


def test_the_size_that_fits_is_of_the_same_shape_and_within_the_memory() -> None:
    free = 1024 * 512 * memory.BYTES_PER_PIXEL // 4
    assert memory.fitting_size((1024, 512), free) == (512, 256)
    assert memory.fitting_size((1024, 512), 10**12) is None
    assert memory.fitting_size((1024, 512), 1000) is None


class Parcel:
    """An engine that remembers where it was moved."""

    def __init__(self) -> None:
        self.moves: list[str] = []

    precision: Precision = "fp32"

    def generate(self, request: GenerationRequest) -> torch.Tensor:
        return GOOD

    def generate_batch(self, requests: Sequence[GenerationRequest]) -> list[torch.Tensor]:
        return [GOOD for _ in requests]

    def steps_run(self, request: GenerationRequest) -> int:
        return request.steps_run

    def generate_latent(self, request: GenerationRequest) -> torch.Tensor:
        return GOOD

    def encode(self, image: torch.Tensor) -> torch.Tensor:
        return image

    def decode(self, latent: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        return latent

    def to(self, device: torch.device) -> None:
        self.moves.append(str(device))

    def upcast_vae(self) -> bool:
        return False

    def guide(self, controlnets: object, ip_adapters: object = ()) -> None:
        pass


def test_the_model_cache_keeps_few_models_and_one_on_the_device() -> None:
    loaded: list[str] = []
    parcels: dict[str, Parcel] = {}

    def load(name: str) -> Parcel:
        loaded.append(name)
        parcels[name] = Parcel()
        return parcels[name]

    cache = ModelCache(load, torch.device("meta"))
    for name in ("a", "a", "b", "a", "c", "b", "d", "b"):
        cache.load(name)
    assert loaded == ["a", "b", "c", "d"] and KEPT == 3
    assert parcels["a"].moves == ["meta", "cpu", "meta", "cpu"]
    cache.load("a")  # was used longest ago, so it went when d came
    assert loaded == ["a", "b", "c", "d", "a"]


def test_a_checkpoint_schedule_generates_each_frame_with_its_own(
    folder_of: Folder, request_: GenerationRequest, models: Path
) -> None:
    other = tiny_models.write_folder("sd1", models / "folders" / "sd1-other", seed=8)
    diffuser = open_diffuser(str(folder_of("sd1")), CPU, LoadOptions(Library((models,))))
    first = diffuser.generate(request_)
    second = diffuser.generate(replace(request_, checkpoint=str(other)))
    by_name = diffuser.generate(replace(request_, checkpoint="sd1-other"))
    xl = diffuser.generate(replace(request_, checkpoint=str(folder_of("sdxl"))))
    assert torch.equal(second, by_name)
    assert len({float(image.sum()) for image in (first, second, xl)}) == 3
    assert torch.equal(diffuser.generate(request_), first)
    assert [record["type"] for record in model_records(diffuser, wait=False)] == [
        "StableDiffusionPipeline",
        "StableDiffusionPipeline",
        "StableDiffusionPipeline",
        "StableDiffusionXLPipeline",
    ]


def test_missing_checkpoints_and_loras_are_found_before_any_model_loads(make_animation: Make) -> None:
    plans = Timeline(make_animation(diffusion={"checkpoint": {0: "", 4: "gone.safetensors"}}))
    with pytest.raises(ModelError, match=r"frame 4: model gone\.safetensors: there is no such"):
        check_models(plans, LoadOptions())
    plans = Timeline(make_animation(prompts={0: "a lake", 3: "a sea <lora:gone:1>"}))
    with pytest.raises(ModelError, match=r"frame 3: <lora:gone>: there is no"):
        check_models(plans, LoadOptions())
    check_models(Timeline(make_animation()), LoadOptions())


def test_records_carry_the_hash_by_which_a_model_is_known(file_of: Folder, folder_of: Folder) -> None:
    options = LoadOptions(architecture=str(folder_of("sd1")))
    (record,) = model_records(open_diffuser(str(file_of("sd1")), CPU, options), wait=True)
    data = file_of("sd1").read_bytes()
    assert record["sha256"] == hashlib.sha256(data).hexdigest() and record["bytes"] == len(data)
    assert record["type"] == "StableDiffusionPipeline" and record["location"] == str(file_of("sd1"))
    assert sha256(folder_of("sd1")) != sha256(folder_of("sdxl"))
    assert model_records(object(), wait=True) == []


def test_the_cache_forgets_what_was_used_longest_ago() -> None:
    gone: list[int] = []
    cache: LRUCache[str, int] = LRUCache(2, gone.append)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        cache.get(key, lambda value=value: value)  # type: ignore[misc]  # bound at once
    assert gone == [2] and len(cache) == 2 and cache.get("a", lambda: 9) == 1
