"""The JSON files in a folder of a diffusers model: wrong values, damaged bytes, another kind of file."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from animator.errors import AnimatorError
from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.load_pipeline import load_pipeline
from animator.models.video.load import load_video_model
from animator.starter import model_folder
from tests.animator.models.video import tiny_video_models
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged
from tests.fuzz.trees import changed
from tests.fuzz.values import REAL, TEXT, VALUE

FILES = (
    "model_index.json", "vae/config.json", "unet/config.json", "scheduler/scheduler_config.json",
    "text_encoder/config.json", "tokenizer/tokenizer_config.json", "tokenizer/tokenizer.json",
)  # fmt: skip
CPU = torch.device("cpu")
CLASSES = (
    ["diffusers", "AutoencoderTiny"], ["os", "system"], ["evil", "Evil"], [None, None], ["diffusers"],
    ["torch", "load"], ["transformers", "AutoModel"], ["diffusers", "DiffusionPipeline"], "DownBlock2D",
    "os.system", "AutoencoderKL", {"AutoModel": "evil.E"},
)  # fmt: skip
NAMES = st.sampled_from(CLASSES)
SIZES = st.sampled_from((0, -1, 1, 3, 33, 10**5, 10**6, 10**9, 2**63, [10**6] * 4, [0], [1] * 5_000))


@st.composite
def configs(draw: DrawFn, name: str, valid: bytes) -> bytes:
    """Draws the bytes of one of a model's files, like those that are valid."""
    if name.endswith("tokenizer.json") or not draw(st.integers(0, 3)):
        return draw(damaged(valid))
    tree = draw(changed(json.loads(valid), VALUE | SIZES | NAMES | REAL))
    if isinstance(tree, dict) and not draw(st.integers(0, 5)):
        tree[draw(st.sampled_from(("auto_map", "custom_pipeline", "trust_remote_code")) | TEXT)] = draw(NAMES)
    return json.dumps(tree, default=str).encode()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built-in model, loaded once, so that no library is imported while an example is timed."""
    folder = tmp_path_factory.mktemp("models") / "model"
    shutil.copytree(model_folder(), folder)
    (folder / "evil.py").write_text("raise SystemExit('a model ran its code')\n")
    load_pipeline(find_checkpoint(str(folder)), LoadOptions(), CPU)
    return folder


@given(data=st.data(), name=st.sampled_from(FILES))
def test_a_model_with_any_config_is_loaded_or_refused(data: st.DataObject, name: str, model: Path) -> None:
    valid = (model / name).read_bytes()
    try:
        (model / name).write_bytes(data.draw(configs(name, valid)))
        with bounded(AnimatorError):
            load_pipeline(find_checkpoint(str(model)), LoadOptions(), CPU)
    finally:
        (model / name).write_bytes(valid)


VIDEO_FILES = (
    *FILES[:2], "scheduler/scheduler_config.json", "transformer/config.json", "text_encoder/config.json",
    "image_encoder/config.json", "image_processor/preprocessor_config.json",
    "tokenizer/tokenizer_config.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def video_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Wan, loaded once, so that no library is imported while an example is timed."""
    folder = tiny_video_models.saved(tiny_video_models.wan(), tmp_path_factory.mktemp("video") / "wan")
    load_video_model(str(folder), LoadOptions(), CPU)
    return folder


@given(data=st.data(), name=st.sampled_from(VIDEO_FILES))
def test_a_video_model_with_any_config_is_loaded_or_refused(
    data: st.DataObject, name: str, video_model: Path
) -> None:
    valid = (video_model / name).read_bytes()
    try:
        (video_model / name).write_bytes(data.draw(configs(name, valid)))
        with bounded(AnimatorError):
            load_video_model(str(video_model), LoadOptions(), CPU)
    finally:
        (video_model / name).write_bytes(valid)
