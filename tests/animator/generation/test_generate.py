"""`generate`: seeds, batches, and what each option does to the image."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from animator import FakeDiffuser, GenerationStep, PresetError, StopToken, generate, generate_each
from animator.models.diffusion.request import Diffuser
from tests.animator.generation.conftest import Make
from tests.fakes import Recorder

FAKE = FakeDiffuser()


def differ(make: Make, first: dict[str, Any], second: dict[str, Any]) -> bool:
    return not np.array_equal(make(**first).pixels, make(**second).pixels)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"prompt": "a forest at night"}),
        ({}, {"seed": 8}),
        ({}, {"steps": 4}),
        ({}, {"cfg_scale": 8}),
        ({}, {"sampler": "DPM++ 2M Karras"}),
        ({}, {"clip_skip": 2}),
        ({}, {"subseed": 3, "subseed_strength": 0.5}),
        ({"size": [96, 64]}, {"size": [96, 64], "seed_resize": 64}),
        ({}, {"tiling": True}),
        ({"tiling": "x"}, {"tiling": "y"}),
        ({}, {"ancestral_eta": 0.2}),
        ({"sampler": "DDIM"}, {"sampler": "DDIM", "ddim_eta": 1}),
        ({}, {"freeu": {}}),
        ({}, {"deep_shrink": {}}),
        ({"distilled_cfg_scale": 3}, {"distilled_cfg_scale": 3, "negative_prompt": "water"}),
    ],
)
def test_each_option_changes_the_image(make: Make, first: dict[str, Any], second: dict[str, Any]) -> None:
    assert differ(make, first, second)


def test_a_tile_fits_together_along_its_axis(make: Make) -> None:
    pixels = make(tiling="x", steps=8).pixels.astype(int)
    across = np.abs(pixels[:, 0] - pixels[:, -1]).mean()
    down = np.abs(pixels[0] - pixels[-1]).mean()
    assert across < 12 and down > 2 * across


def test_a_batch_gives_the_images_of_single_ones(make: Make, starter: Diffuser) -> None:
    settings = {"prompt": "a lake at dawn", "size": 64, "seed": 7, "steps": 3, "batch": 4}
    together = generate(settings, diffuser=starter, device="cpu")
    exact = generate({**settings, "exact": True}, diffuser=starter, device="cpu")
    singles = [make(seed=7 + number) for number in range(4)]
    assert [image.seed for image in together] == [7, 8, 9, 10] == [image.seed for image in singles]
    for one, other, alone in zip(together, exact, singles, strict=True):
        assert np.abs(one.pixels.astype(int) - alone.pixels).max() <= 1
        assert np.array_equal(other.pixels, alone.pixels) and other.infotext == alone.infotext


def test_seeds_are_numbered_as_in_a1111() -> None:
    images = generate("a lake", diffuser=FAKE, size=32, seed=5, subseed=9, count=5, batch=2)
    assert [(image.seed, image.subseed, image.index) for image in images] == [
        (5 + number, 9 + number, number) for number in range(5)
    ]
    varied = generate("a lake", diffuser=FAKE, size=32, seed=5, subseed=9, subseed_strength=0.1, batch=3)
    assert [(image.seed, image.subseed) for image in varied] == [(5, 9), (5, 10), (5, 11)]


def test_the_last_seed_is_followed_by_the_first() -> None:
    images = generate("a lake", diffuser=FAKE, size=32, seed=2**64 - 1, batch=2)
    assert [image.seed for image in images] == [2**64 - 1, 0]


def test_an_open_seed_is_picked_and_recorded() -> None:
    first, second = (generate("a lake", diffuser=FAKE, size=32)[0] for _ in range(2))
    assert first.seed != second.seed and f"Seed: {first.seed}" in first.infotext


def test_open_values_suit_the_model() -> None:
    recorder = Recorder(FAKE)
    generate("a lake", diffuser=recorder)
    (asked,) = recorder.asked
    assert (asked.size, asked.steps, asked.cfg_scale) == ((256, 256), 16, 3.0)


def test_styles_are_added_to_both_prompts() -> None:
    Path("styles.csv").write_text(
        '\ufeffname,prompt,negative_prompt\nneon,"{prompt}, neon grids",fog\n---,,\nmist,"mist, haze",\n'
    )
    recorder = Recorder(FAKE)
    (image,) = generate(
        "a lake", negative_prompt="people", styles=["neon", "mist"], diffuser=recorder, size=32
    )
    prompt = recorder.asked[0].prompt
    assert (prompt.positive, prompt.negative) == ("a lake, neon grids, mist, haze", "people, fog")
    assert image.infotext.startswith("a lake, neon grids, mist, haze\nNegative prompt: people, fog\n")
    with pytest.raises(PresetError, match="styles: there is no style 'neno'; did you mean `neon`"):
        generate("a lake", styles=["neno"], diffuser=FAKE)


def test_steps_are_reported_with_their_share_of_the_work(starter: Diffuser) -> None:
    seen: list[GenerationStep] = []
    generate("a lake", diffuser=starter, size=32, steps=3, count=2, hires={"scale": 2}, observer=seen.append)
    assert {step.image for step in seen} == {0, 1} and {step.images for step in seen} == {2}
    shares = [step.progress for step in seen]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert seen[0].preview().dtype == np.uint8


def test_a_stop_ends_within_an_image_and_keeps_the_finished_ones(starter: Diffuser) -> None:
    token = StopToken()

    def watch(step: GenerationStep) -> None:
        if (step.image, step.step) == (1, 1):
            token.stop()

    images = generate("a lake", diffuser=starter, size=32, steps=4, count=3, observer=watch, stop=token)
    assert [image.index for image in images] == [0]
    assert len(generate("a lake", diffuser=starter, size=32, steps=1, count=1)) == 1


def test_what_an_observer_raises_ends_the_call(starter: Diffuser) -> None:
    def watch(step: GenerationStep) -> None:
        raise RuntimeError(f"step {step.step}")

    with pytest.raises(RuntimeError, match="step 0"):
        generate("a lake", diffuser=starter, size=32, steps=2, observer=watch)


def test_images_come_one_by_one_and_settings_are_checked_at_once() -> None:
    recorder = Recorder(FAKE)
    images = generate_each("a lake", diffuser=recorder, size=32, count=3)
    assert next(images).index == 0 and len(recorder.asked) == 1
    with pytest.raises(PresetError):
        generate_each("a lake", size=1)


def test_the_second_pass_is_made_at_its_size_with_its_own_options() -> None:
    recorder = Recorder(FAKE)
    hires = {"size": [96, 80], "upscaler": "lanczos", "steps": 9, "strength": 0.5, "prompt": "a forest"}
    more = {"sampler": "DDIM", "cfg_scale": 2}
    (image,) = generate("a lake", diffuser=recorder, size=[48, 40], steps=5, seed=1, hires={**hires, **more})
    first, second = recorder.asked
    assert image.pixels.shape == (80, 96, 3) and (first.size, second.size) == ((48, 40), (96, 80))
    assert first.image is None and second.image is not None and second.image.shape == (3, 80, 96)
    assert (first.steps, second.steps, second.strength, second.seed) == (5, 9, 0.5, 1)
    assert (second.prompt.positive, second.sampler, second.cfg_scale) == ("a forest", "DDIM", 2)


@pytest.mark.parametrize("upscaler", ["latent", "Latent (nearest-exact)", "lanczos", "nearest"])
def test_every_upscaler_of_the_second_pass_enlarges(make: Make, upscaler: str) -> None:
    assert make(hires={"scale": 1.5, "upscaler": upscaler, "strength": 0.6}).pixels.shape == (96, 96, 3)


def test_a_latent_upscaler_needs_latents() -> None:
    with pytest.raises(Exception, match=r"hires.upscaler: this model has no latents"):
        generate("a lake", diffuser=FAKE, size=32, hires={"scale": 2})


def test_a_sketch_is_an_init_image_with_painted_colors(make: Make, photo: str) -> None:
    with Image.open(photo) as image:
        painted = image.copy()
    painted.paste((255, 0, 0), (10, 10, 30, 30))
    painted.save("sketch.png")
    kept = {"strength": 0.7}
    assert differ(make, {"init": {"image": photo, **kept}}, {"init": {"image": "sketch.png", **kept}})
