"""Images, sizes, captions and the order of examples."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng
from PIL import Image

from animator.images.image_file import DecodedImage, decode_bytes
from animator.training.finetune.data.batches import Order
from animator.training.finetune.data.buckets import bucket, size_of
from animator.training.finetune.data.examples import Example
from animator.training.finetune.data.pixels import fitted
from animator.training.finetune.data.prompts import Templates
from animator.training.finetune.draft import concepts_of
from tests.animator.training.finetune.trainings import write_images

CAT = Example(Path("0.png"), (8, 8), "a cat, sitting, on a mat", 0)
BARE = Example(Path("1.png"), (8, 8), "", 0)


def test_buckets_keep_the_area_and_come_near_the_aspect_ratio() -> None:
    assert bucket((900, 900), (512, 512)) == (512, 512)
    for width, height in ((1920, 1080), (1080, 1920), (640, 480), (3000, 100)):
        side, other = bucket((width, height), (512, 512))
        assert side % 64 == other % 64 == 0 and 0.75 * 512**2 <= side * other <= 512**2
        aspect = max(0.25, min(4.0, width / height))
        assert 0.8 < (side / other) / aspect < 1.25


def test_sizes_follow_the_fit() -> None:
    assert size_of("crop", (900, 300), (64, 32)) == size_of("resize", (900, 300), (64, 32)) == (64, 32)
    assert size_of("keep", (333, 77), (64, 64)) == (328, 72)


def test_a_crop_takes_the_middle_and_a_stretch_all() -> None:
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, :20], pixels[:, 60:] = 255, 255
    decoded = _decoded(Image.fromarray(pixels))
    assert fitted(decoded, (40, 40), stretches=False, weighs=False).image.max() < 0.1
    assert fitted(decoded, (40, 40), stretches=True, weighs=False).image.max() > 0.9


def test_transparency_is_black_or_the_weight_of_pixels() -> None:
    image = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 8, 16))
    decoded = _decoded(image)
    black = fitted(decoded, (16, 16), stretches=False, weighs=False)
    assert black.weight is None and black.image[0, :, 12:].max() == 0
    weighed = fitted(decoded, (16, 16), stretches=False, weighs=True)
    assert weighed.weight is not None and weighed.image[0].min() == 1
    assert weighed.weight[:, :7].min() == 1 and weighed.weight[:, 9:].max() == 0


def test_every_example_comes_once_in_each_pass_and_batches_have_one_size() -> None:
    sizes = [(64, 64)] * 5 + [(32, 64)] * 3
    order = Order(range(8), sizes, 2, (7,))
    assert order.per_pass == 5
    for number in range(3):
        batches = [order.batch(number * 5 + index) for index in range(5)]
        assert {index for batch in batches for index in batch} == set(range(8))
        assert all(len({sizes[index] for index in batch}) == 1 and len(batch) == 2 for batch in batches)
    first, second = ([order.batch(5 * number + index) for index in range(5)] for number in (0, 1))
    assert first != second
    assert Order(range(8), sizes, 2, (7,)).batch(12) == order.batch(12)
    assert [Order(range(8), sizes, 2, (8,)).batch(index) for index in range(5)] != first


def test_templates_take_the_name_and_the_caption() -> None:
    rng = default_rng(0)
    templates = Templates(("a photo of [name] with [filewords]",), {0: "robo"})
    assert templates.prompt(CAT, rng) == "a photo of robo with a cat, sitting, on a mat"
    plain = Templates((), {0: "robo"})
    assert plain.prompt(CAT, rng) == "a cat, sitting, on a mat" and plain.prompt(BARE, rng) == "robo"
    prompted = Templates((), {0: "robo"}, frozenset({0}))
    assert prompted.prompt(CAT, rng) == "robo, a cat, sitting, on a mat"
    embedding = Templates((), {0: "robo"}, calls_by_name=True)
    assert all("robo" in embedding.prompt(example, rng) for example in (CAT, BARE) for _ in range(20))
    assert len({embedding.prompt(BARE, rng) for _ in range(40)}) == 4


def test_captions_are_shuffled_and_left_out() -> None:
    rng = default_rng(0)
    shuffled = Templates((), {0: "robo"}, shuffles=True)
    prompts = {shuffled.prompt(CAT, rng) for _ in range(60)}
    assert len(prompts) == 6 and all(
        sorted(text.split(", ")) == ["a cat", "on a mat", "sitting"] for text in prompts
    )
    dropping = Templates((), {0: "robo"}, dropout=0.5)
    left_out = sum(dropping.prompt(CAT, rng) == "" for _ in range(400))
    assert 150 < left_out < 250


def test_folders_with_repeats_are_concepts(tmp_path: Path) -> None:
    write_images(tmp_path / "10_a red vase", 1)
    write_images(tmp_path / "2_a blue vase", 1)
    (tmp_path / "notes").mkdir()
    assert concepts_of(tmp_path) == [
        {"folder": str(tmp_path / "10_a red vase"), "prompt": "a red vase", "repeats": 10},
        {"folder": str(tmp_path / "2_a blue vase"), "prompt": "a blue vase", "repeats": 2},
    ]
    assert concepts_of(tmp_path / "notes") == [{"folder": str(tmp_path / "notes")}]


def _decoded(image: Image.Image) -> DecodedImage:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return decode_bytes(buffer.getvalue(), "image.png")


@pytest.mark.parametrize("number", [0, 3])
def test_an_order_of_one_example_fills_its_batch(number: int) -> None:
    assert Order([0], [(8, 8)], 3, (0,)).batch(number) == (0, 0, 0)
