"""What is wrong with a video model is told by its configs and headers, all together."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.inventory import model_entries
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.usable import check_model
from animator.models.diffusion.load_options import LoadOptions
from animator.models.video.find import check_video_folder, find_video_model
from animator.models.video.kinds import LTX, WAN, VideoKind
from animator.models.video.load import load_video_model
from tests.animator.models.video.conftest import MAKERS

Folder = Callable[[str], Path]
Change = Callable[[Path], None]


def without(*names: str) -> Change:
    """Removes files and folders."""

    def change(folder: Path) -> None:
        for name in names:
            shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()

    return change


def config(file: str, **values: Any) -> Change:
    """Changes a JSON file; None leaves a key out."""

    def change(folder: Path) -> None:
        path = folder / file
        read = {**json.loads(path.read_text()), **values}
        path.write_text(json.dumps({key: value for key, value in read.items() if value is not None}))

    return change


def index(**values: Any) -> Change:
    return config("model_index.json", **values)


def both(first: Change, second: Change) -> Change:
    def change(folder: Path) -> None:
        first(folder)
        second(folder)

    return change


def cut_off(file: str) -> Change:
    def change(folder: Path) -> None:
        path = folder / file
        path.write_bytes(path.read_bytes()[:-100])

    return change


WEIGHTS = "diffusion_pytorch_model.safetensors"
LIST = f"{WEIGHTS}.index.json"
WRONG: dict[str, tuple[str, Change, str]] = {
    "no tokenizer": ("wan 2.1", index(tokenizer=None), "lacks tokenizer"),
    "empty tokenizer": ("ltx", without("tokenizer/tokenizer.json"), "the folder tokenizer lacks tokenizer.j"),
    "no scheduler": ("ltx", without("scheduler"), "the folder scheduler lacks its .json file"),
    "other scheduler": (
        "ltx",
        index(scheduler=["diffusers", "DDIMScheduler"]),
        "scheduler is a DDIMScheduler; expected FlowMatchEulerDiscreteScheduler",
    ),
    "no text encoder": ("wan 2.2", without("text_encoder"), "the folder text_encoder lacks config.json"),
    "other text encoder": (
        "wan 2.1",
        index(text_encoder=["transformers", "T5EncoderModel"]),
        "text_encoder is a T5EncoderModel; expected UMT5EncoderModel",
    ),
    "no weights": ("wan 2.1", without(f"vae/{WEIGHTS}"), "the folder vae lacks its weights"),
    "no second network": (
        "wan 2.2",
        index(transformer_2=None),
        "lacks transformer_2, which makes the steps below boundary_ratio",
    ),
    "second network without a folder": (
        "wan 2.2",
        without("transformer_2"),
        "the folder transformer_2 lacks config.json",
    ),
    "no image encoder": (
        "wan 2.1",
        index(image_encoder=None, image_processor=[None, None]),
        "lacks image_encoder and image_processor, by which its transformer sees",
    ),
    "image encoder without weights": (
        "wan 2.1",
        without("image_encoder/model.safetensors"),
        "the folder image_encoder lacks its weights",
    ),
    "Wan of one image": (
        "wan 2.1",
        config("transformer/config.json", pos_embed_seq_len=None),
        "is Wan 2.1 I2V, which starts from one image",
    ),
    "Wan of texts": (
        "wan 2.2",
        config("transformer/config.json", in_channels=4),
        "transformer takes 4 channels; expected 12",
    ),
    "Wan 5B": ("wan 2.2", index(expand_timesteps=True), "is Wan 2.2 TI2V, which starts from one image"),
    "pipeline of texts": ("wan 2.2", index(_class_name="WanPipeline"), "is Wan text-to-video, which takes"),
    "LTX-2": (
        "ltx",
        index(_class_name="LTX2Pipeline", connectors=["ltx2", "LTX2TextConnectors"]),
        "is LTX-2, which is not supported yet; expected a diffusers folder of Wan first-last-frame",
    ),
    "old LTX": (
        "ltx",
        config("scheduler/scheduler_config.json", use_dynamic_shifting=True),
        "is LTX-Video before 0.9.5",
    ),
    "image model": ("ltx", index(_class_name="FluxPipeline"), "is a FluxPipeline; expected"),
    "cut off": ("ltx", cut_off(f"transformer/{WEIGHTS}"), f"{WEIGHTS}: is truncated"),
    "program": ("ltx", config("vae/config.json", auto_map={"x": "y"}), "program of the model's own"),
    "several": (
        "wan 2.1",
        both(index(tokenizer=None), without("vae")),
        "the folder vae lacks config.json; lacks tokenizer; download or copy the model again",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told(video_folder: Folder, tmp_path: Path, case: str) -> None:
    kind, change, words = WRONG[case]
    folder = Path(shutil.copytree(video_folder(kind), tmp_path / "model"))
    change(folder)
    with pytest.raises(ModelError) as caught:
        check_video_folder("mine", folder)
    assert words in str(caught.value)
    assert str(caught.value).startswith(("mine: ", str(folder)))


def test_a_missing_shard_is_named(video_folder: Folder, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(video_folder("ltx"), tmp_path / "model"))
    shards = {"a": WEIGHTS, "b": "second.safetensors"}
    (folder / "transformer" / LIST).write_text(json.dumps({"weight_map": shards}))
    with pytest.raises(ModelError, match=r"the folder transformer lacks second\.safetensors"):
        check_video_folder("mine", folder)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_complete_model_has_its_kind(video_folder: Folder, kind: str) -> None:
    expected: VideoKind = LTX if kind == "ltx" else WAN
    assert check_video_folder("mine", video_folder(kind)) is expected


def test_an_ltx_that_calls_itself_otherwise_is_one(video_folder: Folder, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(video_folder("ltx"), tmp_path / "model"))
    index(_class_name="LTXPipeline")(folder)
    assert check_video_folder("mine", folder) is LTX


def test_a_model_is_found_by_name(video_folder: Folder) -> None:
    folder = video_folder("ltx")
    found = find_video_model("ltx", Library((folder.parent,)))
    assert (found.kind, found.location) == ("folder", str(folder))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "is empty; cadence_blend: video needs a diffusers folder of Wan"),
        ("nothing", "there is no such folder or file"),
        ("starter", "is a StableDiffusionPipeline; expected a diffusers folder of Wan"),
        ("net.safetensors", "is a file; expected a diffusers folder of Wan"),
    ],
)
def test_other_names_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.safetensors").write_bytes(b"")
    with pytest.raises(ModelError) as caught:
        found = find_video_model(name, Library())
        check_video_folder(name, Path(found.location))
    assert words in str(caught.value)


def test_it_is_listed_and_refused_as_the_model_of_a_film(video_folder: Folder) -> None:
    folder = video_folder("ltx")
    (entry,) = (entry for entry in model_entries((folder.parent,)) if entry.path == folder)
    assert (entry.what, entry.label) == ("video model", "video model")
    with pytest.raises(ModelError, match=r"is a video model .*; name it in diffusion\.tween_model"):
        check_model(str(folder), Library())


def test_sizes_of_no_video_model_are_refused(video_folder: Folder, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(video_folder("wan 2.2"), tmp_path / "model"))
    config("vae/config.json", scale_factor_spatial=100_000)(folder)
    with pytest.raises(ModelError, match="compresses images 200000 times and time 4 times; expected at most"):
        load_video_model(str(folder), LoadOptions(), torch.device("cpu"))
