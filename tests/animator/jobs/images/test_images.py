"""Images made by a worker: what they are, how they end early, and what is wrong with them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animator.generation.generate import generate
from animator.jobs.images.desk import ImageDesk
from animator.jobs.images.messages import End
from animator.jobs.images.work import ControlImages, DropModels, Enlargement, ImageGrid
from animator.jobs.job import ErrorKind
from animator.jobs.queue import JobQueue
from tests.animator.jobs.images.asking import ended, infotext_of, pixels_of, small, until
from tests.animator.models.diffusion import tiny_models

pytestmark = pytest.mark.usefixtures("queue")


@pytest.fixture
def blue(tmp_path: Path) -> str:
    path = tmp_path / "blue.png"
    Image.new("RGB", (48, 32), (40, 90, 160)).save(path)
    return str(path)


def test_images_are_those_of_the_library(desk: ImageDesk) -> None:
    work = small(count=2)
    made = ended(desk, desk.submit(work).id).images
    expected = generate(work.settings, device="cpu")
    assert [image.seed for image in made] == [7, 8] == [image.seed for image in expected]
    assert all(np.array_equal(pixels_of(a), b.pixels) for a, b in zip(made, expected, strict=True))
    assert "Seed: 7" in made[0].infotext and made[0].model_hash and made[0].path is None
    assert infotext_of(made[0]) == made[0].infotext


def test_images_of_an_inpainting_model_are_told_from_others(desk: ImageDesk, tmp_path: Path) -> None:
    work = small(model=str(tiny_models.write_folder("sd1-inpaint", tmp_path / "inpaint")))
    (image,) = ended(desk, desk.submit(work).id).images
    (other,) = ended(desk, desk.submit(small()).id).images
    assert (image.is_inpainting, other.is_inpainting) == (True, False)


def test_kept_images_are_files(desk: ImageDesk, tmp_path: Path) -> None:
    task = ended(desk, desk.submit(small(count=2), tmp_path / "images" / "today").id)
    files = sorted((tmp_path / "images" / "today").iterdir())
    assert [image.path for image in task.images] == files
    assert [file.read_bytes() for file in files] == [image.png for image in task.images]
    assert files[0].name == f"{task.id}-0.png"


def test_images_cannot_be_kept_behind_a_link(desk: ImageDesk, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "images").symlink_to(tmp_path / "elsewhere")
    task = ended(desk, desk.submit(small(), tmp_path / "images").id)
    assert task.error is not None and "symbolic link" in task.error.message
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_progress_has_steps_and_a_preview(desk: ImageDesk) -> None:
    task = desk.submit(small(steps=300))
    now = until(desk, task.id, lambda task: bool(task.progress.preview) and task.progress.step > 3)
    assert 0 < now.progress.share < 1 and now.progress.steps == 300 and now.progress.eta_s > 0
    assert now.progress.preview.startswith(b"\xff\xd8")
    desk.end_current(End.INTERRUPT)
    ended(desk, task.id)


def test_an_interrupted_image_is_taken_as_it_is_and_no_more_are_made(desk: ImageDesk) -> None:
    task = desk.submit(small(steps=1000, count=3))
    until(desk, task.id, lambda task: task.progress.step > 1)
    desk.end_current(End.INTERRUPT)
    done = ended(desk, task.id)
    assert [image.seed for image in done.images] == [7] and done.error is None
    assert pixels_of(done.images[0]).shape == (64, 64, 3)


def test_a_skip_takes_one_batch_as_it_is_and_goes_on(desk: ImageDesk) -> None:
    task = desk.submit(small(steps=1000, count=2))
    until(desk, task.id, lambda task: task.progress.step > 1)
    desk.end_current(End.SKIP)
    until(desk, task.id, lambda task: task.progress.image == 1)
    assert len(desk.get(task.id).images) == 1
    desk.end_current(End.INTERRUPT)
    assert [image.seed for image in ended(desk, task.id).images] == [7, 8]


def test_a_mistake_is_told_with_its_place(desk: ImageDesk) -> None:
    error = ended(desk, desk.submit(small(steps=0, model="nosuch")).id).error
    assert error is not None and error.kind is ErrorKind.SETTINGS
    assert [problem.path for problem in error.problems] == ["steps", "model"]


def test_images_are_enlarged_by_a_factor_and_to_a_size(desk: ImageDesk, blue: str) -> None:
    double = ended(desk, desk.submit(Enlargement((blue, blue), scale=2.0)).id).images
    assert [pixels_of(image).shape for image in double] == [(64, 96, 3)] * 2
    square = Enlargement((blue,), size=(100, 100), upscaler="nearest", second="lanczos", second_share=0.5)
    assert pixels_of(ended(desk, desk.submit(square).id).images[0]).shape == (100, 100, 3)
    unknown = ended(desk, desk.submit(Enlargement((blue,), scale=2.0, upscaler="nosuch")).id)
    assert unknown.error is not None and "nosuch" in unknown.error.message


def test_an_image_is_not_enlarged_beyond_all_bounds(desk: ImageDesk, blue: str) -> None:
    error = ended(desk, desk.submit(Enlargement((blue,), size=(60_000, 60_000))).id).error
    assert error is not None and error.kind is ErrorKind.SETTINGS and "60000 x 60000" in error.message


def test_control_images_are_preprocessed(desk: ImageDesk, blue: str) -> None:
    edges = ended(desk, desk.submit(ControlImages((blue,), "canny", resolution=64)).id).images[0]
    assert pixels_of(edges).shape == (64, 96, 3) and not pixels_of(edges).any()
    same = ended(desk, desk.submit(ControlImages((blue,), "none")).id).images[0]
    assert (pixels_of(same) == (40, 90, 160)).all()


def test_dropped_models_are_loaded_again(desk: ImageDesk, queue: JobQueue) -> None:
    assert ended(desk, desk.submit(DropModels()).id).error is None
    assert ended(desk, desk.submit(small()).id).error is None


def test_a_grid_gives_an_image_of_each_combination_and_the_sheet(desk: ImageDesk, tmp_path: Path) -> None:
    work = ImageGrid(small().settings, ("cfg_scale=1,3", "seed=1,2"))
    task = ended(desk, desk.submit(work, tmp_path / "grid").id)
    *cells, sheet = task.images
    assert [(cell.settings["cfg_scale"], cell.seed) for cell in cells] == [(1, 1), (1, 2), (3, 1), (3, 2)]
    assert min(pixels_of(sheet).shape[:2]) > 2 * 64
    assert all(image.path is not None and image.path.read_bytes() == image.png for image in task.images)


def test_a_kept_larger_image_has_the_infotext_of_its_source(desk: ImageDesk, tmp_path: Path) -> None:
    (source,) = ended(desk, desk.submit(small(), tmp_path / "kept").id).images
    task = ended(desk, desk.submit(Enlargement((str(source.path),), scale=2.0), tmp_path / "kept").id)
    assert task.error is None
    (larger,) = task.images
    assert larger.path is not None and pixels_of(larger).shape == (128, 128, 3)
    assert "Seed: 7" in infotext_of(larger) and "Postprocess upscale by: 2" in infotext_of(larger)
