"""Files of weights: found, fetched, read, and refused."""

import io
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.core import fetch
from animator.errors import ModelError
from animator.models.depth import load_weights, weights
from animator.models.depth.families.dpt import DPT_LARGE
from animator.models.weights import read_weights

pytestmark = pytest.mark.usefixtures("allow_pickle")

TENSORS = {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(3)}


def same(read: dict[str, Tensor]) -> bool:
    return read.keys() == TENSORS.keys() and all(torch.equal(read[k], v) for k, v in TENSORS.items())


def test_reads_both_kinds_of_file(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "a.safetensors")
    torch.save(TENSORS, tmp_path / "a.pt")
    torch.save(TENSORS, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    for name in ("a.safetensors", "a.pt", "old.pth"):
        assert same(read_weights(tmp_path / name))


def test_reads_weights_that_lie_beside_other_things(tmp_path: Path) -> None:
    torch.save({"model": TENSORS, "epoch": 3}, tmp_path / "zoe.pt")
    torch.save({"state_dict": {f"module.{k}": v for k, v in TENSORS.items()}}, tmp_path / "parallel.pt")
    assert same(read_weights(tmp_path / "zoe.pt"))
    assert same(read_weights(tmp_path / "parallel.pt"))


class Trap:
    """Runs something when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("save", [torch.save, lambda o, p: p.write_bytes(pickle.dumps(o, protocol=2))])
def test_nothing_in_a_file_is_run(tmp_path: Path, save: Callable[[Any, Path], object]) -> None:
    sprung = tmp_path / "sprung"
    save({"a": torch.zeros(1), "trap": Trap(sprung)}, tmp_path / "evil.pt")
    with pytest.raises(ModelError, match="cannot be read as weights"):
        read_weights(tmp_path / "evil.pt")
    assert not sprung.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.pt", b"<!doctype html><html>Not found</html>"),
        ("pointer.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"),
        ("empty.pt", b""),
        ("cut.pt", None),
    ],
)
def test_broken_files_are_reported(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is None:
        buffer = io.BytesIO()
        torch.save(TENSORS, buffer)
        content = buffer.getvalue()[:300]
    path.write_bytes(content)
    with pytest.raises(ModelError, match=f"{name}: cannot be read as weights"):
        read_weights(path)


def test_files_without_weights_are_refused(tmp_path: Path) -> None:
    torch.save([1, 2], tmp_path / "list.pt")
    torch.save({"epoch": 3}, tmp_path / "none.pt")
    with pytest.raises(ModelError, match="expected a dict of named weights, found list"):
        read_weights(tmp_path / "list.pt")
    with pytest.raises(ModelError, match="contains no named weights"):
        read_weights(tmp_path / "none.pt")
    with pytest.raises(ModelError, match="no such file"):
        read_weights(tmp_path / "nowhere.pt")


@pytest.fixture
def torch_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    return tmp_path / "hub" / "checkpoints"


def test_finds_a_file_by_any_of_its_names_and_one_folder_down(tmp_path: Path, torch_home: Path) -> None:
    other = tmp_path / "depth" / DPT_LARGE.files[1]
    other.parent.mkdir()
    other.touch()
    assert weights.find_or_download(DPT_LARGE, (tmp_path / "missing", tmp_path)) == other
    first = tmp_path / DPT_LARGE.files[0]
    first.touch()
    assert weights.find_or_download(DPT_LARGE, (tmp_path,)) == first


def test_looks_into_the_folders_before_torchs_own(tmp_path: Path, torch_home: Path) -> None:
    torch_home.mkdir(parents=True)
    stored = torch_home / DPT_LARGE.files[0]
    stored.touch()
    assert weights.find_or_download(DPT_LARGE, (tmp_path / "empty",)) == stored
    (tmp_path / "mine").mkdir()
    mine = tmp_path / "mine" / DPT_LARGE.files[0]
    mine.touch()
    assert weights.find_or_download(DPT_LARGE, (tmp_path / "empty", tmp_path / "mine")) == mine


@pytest.mark.parametrize("is_set", [True, False])
def test_downloads_go_into_the_shared_folder_and_else_to_torchs_own(
    tmp_path: Path, torch_home: Path, monkeypatch: pytest.MonkeyPatch, is_set: bool
) -> None:
    monkeypatch.delenv("ANIMATOR_MODELS", raising=False)
    if is_set:
        monkeypatch.setenv("ANIMATOR_MODELS", str(tmp_path / "shared"))
    monkeypatch.setattr(fetch, "download", lambda url, out, *how: out.write(b"weights"))
    path = weights.find_or_download(DPT_LARGE, (tmp_path / "preset",))
    assert path.parent == (tmp_path / "shared" if is_set else torch_home)


def test_fetches_whole_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "download", lambda url, out, *how: out.write(url.encode()))
    path = weights.download_weights(DPT_LARGE, (), tmp_path / "new")
    assert path.name == DPT_LARGE.files[0]
    assert path.read_bytes() == DPT_LARGE.url.encode()
    assert {p.name for p in path.parent.iterdir()} == {path.name, f"{path.name}.sha256"}


def test_a_broken_download_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(url: str, out: IO[bytes], *how: object) -> None:
        out.write(b"half")
        raise TimeoutError("timed out")

    monkeypatch.setattr(fetch, "download", cut)
    with pytest.raises(ModelError, match="timed out"):
        weights.download_weights(DPT_LARGE, (tmp_path,), tmp_path)
    assert [p.suffix for p in tmp_path.iterdir()] == [".lock"]


def test_weights_are_not_taken_from_a_local_file(tmp_path: Path) -> None:
    source = tmp_path / "source.pt"
    source.write_bytes(b"weights")
    with pytest.raises(ModelError, match="unknown url type: file"):
        weights.download_weights(replace(DPT_LARGE, url=source.as_uri()), (), tmp_path / "new")
    assert [p.suffix for p in (tmp_path / "new").iterdir()] == [".lock"]


def test_without_network_the_error_names_file_place_and_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(url: str, out: IO[bytes], *how: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(fetch, "download", offline)
    with pytest.raises(ModelError) as caught:
        weights.download_weights(DPT_LARGE, (tmp_path,), tmp_path)
    message = str(caught.value)
    for part in ("dpt-large", "dpt_large_384.pt", str(tmp_path), DPT_LARGE.url, "ANIMATOR_MODELS", "starter"):
        assert part in message


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("model.diffusion_model.input_blocks.0.0.weight", "a Stable Diffusion checkpoint"),
        ("lora_unet_x.lora_up.weight", "a LoRA"),
        ("neck.reassemble_stage.layers.0.projection.weight", "use the official file"),
        ("something.else", "does not belong to a known depth network"),
        ("pretrained.model.patch_embed.backbone.stem.conv.weight", "seems to be dpt-hybrid"),
    ],
)
def test_says_what_a_file_seems_to_be(key: str, what: str) -> None:
    assert what in load_weights.describe_file({key: torch.zeros(1)})
