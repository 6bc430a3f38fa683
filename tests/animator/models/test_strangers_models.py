"""Model files and folders of strangers: no code runs, memory is bounded, and the error says what to do."""

import io
import json
import os
import pickle
import shutil
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from animator.core.permissions import allow, permissions
from animator.errors import AllowCode, AllowDownload, AllowPickle, ModelError
from animator.film.interpolation.open_interpolator import check_interpolator, open_interpolator
from animator.film.upscaling.upscaler import load_upscaler
from animator.masks.clipseg import open_clipseg
from animator.models.depth.open_depth import open_depth
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.prompts.embedding_file import read_vectors
from animator.models.diffusion.stable import open_diffuser
from animator.models.flow.open_flow import open_flow
from animator.models.model_folder import check_model_folder
from animator.models.weights import read_tensors, read_weights
from animator.starter import model_folder

CPU = torch.device("cpu")


class Touches:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (str(self.path), "w")


def by_torch(value: object, path: Path) -> None:
    torch.save(value, path)


def by_pickle(value: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(value))


def as_folder(weights: str) -> Callable[[Path], object]:
    """A reader of a folder in which the hostile file is the weights."""

    def read(path: Path) -> object:
        folder = path.with_name("folder")
        folder.mkdir(exist_ok=True)
        path.rename(folder / weights)
        if weights == "pytorch_model.bin":
            (folder / "config.json").write_text('{"model_type": "clipseg"}')
            (folder / "vocab.json").write_text('{"<|startoftext|>": 0, "<|endoftext|>": 1}')
            (folder / "merges.txt").write_text("#version: 0.2\n")
            return open_clipseg(str(folder), CPU, 0.5)
        config = model_folder() / "vae" / "config.json"
        (folder / "config.json").write_bytes(config.read_bytes())
        return open_diffuser("starter", CPU, LoadOptions(vae=str(folder)))

    return read


SLOTS: dict[str, Callable[[Path], object]] = {
    "weights.pth": read_weights,
    "embedding.pt": lambda path: read_vectors(path, (8,)),
    "lora.bin": read_tensors,
    "model.ckpt": lambda path: open_diffuser(str(path), CPU),
    "vae.pt": lambda path: open_diffuser("starter", CPU, LoadOptions(vae=str(path))),
    "vae.bin": as_folder("diffusion_pytorch_model.bin"),
    "clipseg.bin": as_folder("pytorch_model.bin"),
    "depth.pt": lambda path: open_depth(path, CPU),
    "raft.pth": lambda path: open_flow("RAFT", str(path), CPU),
    "flownet.pkl": lambda path: open_interpolator("RIFE v4.6", str(path), CPU),
    "film.pt": lambda path: open_interpolator("FILM", str(path), CPU),
    "upscaler.pth": lambda path: load_upscaler(path, 2),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("is_allowed", [False, True])
@pytest.mark.parametrize("write", [by_torch, by_pickle])
@pytest.mark.parametrize("name", SLOTS)
def test_a_pickle_runs_nothing_in_any_slot(
    tmp_path: Path, name: str, write: Callable[[object, Path], None], is_allowed: bool
) -> None:
    write({"conv.weight": Touches(tmp_path / "touched")}, tmp_path / name)
    with allow(pickle=is_allowed), pytest.raises(ModelError) as caught:
        SLOTS[name](tmp_path / name)
    assert not (tmp_path / "touched").exists()
    if name != "film.pt" and not is_allowed:
        assert isinstance(caught.value.hint, AllowPickle)


@pytest.mark.parametrize("engine", ["FILM", "RIFE v4.6"])
@pytest.mark.parametrize("name", ["model.pt", "model.pkl", "model.safetensors"])
def test_a_program_runs_only_with_permission_of_its_own(
    tmp_path: Path, engine: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.jit.save(torch.jit.script(Program()), tmp_path / name)
    monkeypatch.setattr(torch.jit, "load", lambda *_, **__: pytest.fail("was opened"))
    for call in (
        lambda: check_interpolator(engine, name),
        lambda: open_interpolator(engine, name, CPU),
    ):
        with allow(pickle=True, download=True), pytest.raises(ModelError, match="is a program") as caught:
            call()
        assert isinstance(caught.value.hint, AllowCode)
    with allow(code=True):
        check_interpolator(engine, name)


class Program(torch.nn.Module):
    """Called as FILM is."""

    def forward(self, first: torch.Tensor, second: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """The first image."""
        return first


@pytest.mark.usefixtures("allow_pickle")
@pytest.mark.parametrize("read", [read_weights, read_tensors])
def test_a_program_is_not_read_as_weights(tmp_path: Path, read: Callable[[Path], object]) -> None:
    torch.jit.save(torch.jit.script(Program()), tmp_path / "model.pth")
    with pytest.raises(ModelError, match=r"model\.pth: .* is a program \(TorchScript\), not weights"):
        read(tmp_path / "model.pth")


def zip_bomb(path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(1)}, buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) if "pkl" in name else bytes(50_000_000))


def wide_tensor(path: Path) -> None:
    torch.save({"a": torch.zeros(1).expand(10**6, 10**6)}, path)


def nested_in_itself(path: Path) -> None:
    state: dict[str, Any] = {"a": torch.zeros(1)}
    state["b"] = state["state_dict"] = state
    torch.save(state, path)


def many_times(path: Path) -> None:
    state: dict[str, Any] = {"a": torch.zeros(1)}
    for _ in range(30):
        state = {"x": state, "y": state}
    torch.save(state, path)


@pytest.mark.usefixtures("allow_pickle")
@pytest.mark.parametrize(
    ("write", "message"),
    [
        (zip_bomb, "expand to more than the file"),
        (wide_tensor, "does not hold its numbers"),
        (nested_in_itself, "has more than 200000 values"),
        (many_times, "has more than 200000 values"),
        (lambda path: path.write_bytes(b"PK\x05\x06" + bytes(18)), "cannot be read as weights"),
        (lambda path: os.mkfifo(path), "is a pipe; expected a regular file"),
    ],
)
def test_a_small_file_cannot_take_all_memory(
    tmp_path: Path, write: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / "model.pth"
    write(path)
    with pytest.raises(ModelError, match=rf"model\.pth: .*{message}"):
        read_tensors(path)


def with_config(change: Callable[[dict[str, Any]], object], name: str = "unet/config.json") -> Any:
    """Changes a config of a model's folder."""

    def apply(folder: Path) -> None:
        path = folder / name
        config = json.loads(path.read_text())
        change(config)
        path.write_text(json.dumps(config))

    return apply


def in_index(**changes: object) -> Any:
    return with_config(lambda config: config.update(changes), "model_index.json")


def link_out(folder: Path) -> None:
    (folder / "unet" / "config.json").unlink()
    (folder / "unet" / "config.json").symlink_to("/etc/passwd")


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "own pipeline": (
        in_index(_class_name=["pipeline", "Mine"]),
        r"model_index\.json: _class_name is \['pipel",
    ),
    "own component": (in_index(unet=["mine", "Net"]), r"unet is \['mine', 'Net'\]; expected a class of"),
    "any module": (in_index(unet=["os", "system"]), "unet is"),
    "auto class": (in_index(unet=["transformers", "AutoModel"]), "unet is"),
    "other folder": (in_index(**{"../unet": ["diffusers", "UNet2DConditionModel"]}), r"\.\./unet is"),
    "auto map": (with_config(lambda c: c.update(auto_map={"AutoModel": "m.N"})), "auto_map names a program"),
    "kernel": (with_config(lambda c: c.update(_attn_implementation="a/b")), "expected eager or sdpa"),
    "huge": (
        with_config(lambda c: c.update(in_channels=10**12)),
        "in_channels is 1000000000000; expected at",
    ),
    "layers": (with_config(lambda c: c.update(num_layers=10**6)), "expected at most 1000"),
    "digits": (lambda f: (f / "unet" / "config.json").write_text('{"a": ' + "1" * 5000 + "}"), "is not JSON"),
    "a list": (lambda f: (f / "unet" / "config.json").write_text("[]"), "expected an object"),
    "link": (link_out, r"unet/config\.json: is a link that leads out"),
    "linked folder": (lambda f: (f / "more").symlink_to("/etc"), "more: is a link that leads out"),
    "pipe": (lambda f: os.mkfifo(f / "unet" / "pipe.json"), "is a pipe"),
    "shards": (
        lambda f: (f / "unet" / "m.index.json").write_text('{"weight_map": {"a": "../../x"}}'),
        "weight_map is broken",
    ),
    "types": (with_config(lambda c: c.update(block_out_channels="wide")), "cannot be loaded"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_folder_is_refused_with_a_place(tmp_path: Path, name: str) -> None:
    change, message = HOSTILE[name]
    folder = tmp_path / "model"
    shutil.copytree(model_folder(), folder)
    for module in ("pipeline", "mine", "unet/mine"):
        (folder / f"{module}.py").write_text(f"open({str(tmp_path / 'touched')!r}, 'w')")
    change(folder)
    with allow(pickle=True, code=True), pytest.raises(ModelError, match=message):
        open_diffuser(str(folder), CPU)
    assert not (tmp_path / "touched").exists()


def test_links_into_the_blobs_of_the_hubs_cache_are_followed(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--a--b" / "snapshots" / "abc"
    blobs = tmp_path / "models--a--b" / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    (blobs / "1").write_text("{}")
    (snapshot / "config.json").symlink_to("../../blobs/1")
    check_model_folder(snapshot)


def test_the_hub_is_not_asked_without_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("asked the network"))
    with pytest.raises(ModelError, match="nobody/nothing: there is no such folder or file") as caught:
        open_diffuser("nobody/nothing", CPU)
    assert isinstance(caught.value.hint, AllowDownload)
    assert not permissions().network


def test_an_ordered_dict_of_old_checkpoints_is_still_read(tmp_path: Path) -> None:
    torch.save(OrderedDict(a=torch.nn.Parameter(torch.ones(2))), tmp_path / "old.pth")
    with allow(pickle=True):
        assert list(read_weights(tmp_path / "old.pth")) == ["a"]
