"""Broken files of networks are refused with what is wrong with them."""

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from animator.errors import ModelError
from animator.models import gguf_package
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.gguf_header import _TYPES, MAX_HEADER_BYTES, read_gguf_header
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.network_files.load import load_network
from animator.models.diffusion.network_files.read import read_stored
from animator.models.permitted import check_model_readable, check_readable
from animator.models.weights import read_tensors
from tests.animator.models.diffusion.network_files import single_files
from tests.animator.models.diffusion.network_files.conftest import NetworkFile
from tests.animator.models.diffusion.tiny_models import pipeline

Folder = Callable[[str], Path]
FLUX = FLOW_FAMILIES["flux"]


def test_a_header_says_what_the_gguf_package_reads(network_file: NetworkFile) -> None:
    path = network_file("flux", "Q4_0")
    header, reader = read_gguf_header(path), gguf.GGUFReader(path)
    assert len(header.tensors) == len(reader.tensors)
    for tensor in reader.tensors:
        own = header.tensors[tensor.name]
        assert own.shape == tuple(int(side) for side in reversed(tensor.shape))
        assert (own.kind.name, own.start, own.bytes) == (
            tensor.tensor_type.name,
            tensor.data_offset,
            tensor.n_bytes,
        )
    assert header.metadata["general.architecture"] == "flux"


def test_types_of_blocks_have_the_sizes_of_the_package() -> None:
    for number, kind in _TYPES.items():
        of = gguf.GGMLQuantizationType(number)
        assert (of.name, *gguf.GGML_QUANT_SIZES[of]) == (kind.name, kind.numbers, kind.bytes)


def test_metadata_of_all_types_is_read(tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(tmp_path / "x.gguf", "flux")
    writer.add_array("words", ["a", "bc"])
    writer.add_array("numbers", [1, 2, 3])
    writer.add_float32("scale", 0.5)
    writer.add_bool("flag", True)
    writer.add_custom_alignment(64)
    writer.add_tensor("double_blocks.0.x", np.ones((2, 3), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    stored = read_stored(tmp_path / "x.gguf")
    assert torch.equal(stored["double_blocks.0.x"].numbers(), torch.ones(2, 3))


def header(*, version: int = 3, tensors: int = 0, entries: int = 0, rest: bytes = b"") -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, entries) + rest


def text(content: bytes, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(content) if length is None else length) + content


def place(name: bytes, sides: tuple[int, ...], kind: int, offset: int = 0) -> bytes:
    return text(name) + struct.pack(f"<I{len(sides)}QIQ", len(sides), *sides, kind, offset)


HUGE = 2**63
BROKEN = {
    "nothing": (b"", "it ends|longer than the file"),
    "another format": (b"PK\3\4" + bytes(40), "does not begin with GGUF"),
    "version": (header(version=99), "is of version 99"),
    "big endian": (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "is of version"),
    "many tensors": (header(tensors=HUGE), "announces"),
    "many entries": (header(entries=HUGE), "announces"),
    "long key": (header(entries=1, rest=text(b"", HUGE)), "a text has"),
    "long text": (header(entries=1, rest=text(b"k") + struct.pack("<I", 8) + text(b"", HUGE)), "a text has"),
    "long list": (header(entries=1, rest=text(b"k") + struct.pack("<IIQ", 9, 0, HUGE)), "header is longer"),
    "list of texts": (header(entries=1, rest=text(b"k") + struct.pack("<IIQ", 9, 8, HUGE)), "a list has"),
    "list of lists": (header(entries=1, rest=text(b"k") + struct.pack("<IIQ", 9, 9, 1)), "a list has"),
    "type": (header(entries=1, rest=text(b"k") + struct.pack("<I", 77)), "a value has type 77"),
    "alignment": (header(entries=1, rest=text(b"general.alignment") + struct.pack("<II", 4, 0)), "alignment"),
    "dimensions": (header(tensors=1, rest=text(b"x") + struct.pack("<I", 9)), "9 dimensions"),
    "type of numbers": (header(tensors=1, rest=place(b"x", (4,), 99)), "numbers of type 99"),
    "half a block": (header(tensors=1, rest=place(b"x", (33,), 8)), "no whole blocks"),
    "twice": (header(tensors=2, rest=2 * place(b"x", (1,), 0) + bytes(99)), "there twice"),
    "too short": (header(tensors=1, rest=place(b"x", (HUGE, 2**60), 0)), "is truncated"),
    "too far": (header(tensors=1, rest=place(b"x", (1,), 0, HUGE)), "is truncated"),
}


@pytest.mark.parametrize(("data", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_gguf_file_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=message):
        identify(path)


def test_a_header_is_read_to_a_limit_only(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    with path.open("wb") as file:
        file.write(header(entries=1, rest=text(b"k") + struct.pack("<IIQ", 9, 0, MAX_HEADER_BYTES)))
        file.truncate(2 * MAX_HEADER_BYTES)
    with pytest.raises(ModelError, match="header is longer"):
        identify(path)


@pytest.mark.parametrize("form", ["plain", "fp8", "Q8_0"])
def test_a_file_that_is_cut_off_is_refused(network_file: NetworkFile, tmp_path: Path, form: str) -> None:
    whole = network_file("flux", form)
    path = tmp_path / whole.name
    path.write_bytes(whole.read_bytes()[:-100])
    with pytest.raises(ModelError, match=r"is truncated.*download or copy it again"):
        identify(path)


def test_gguf_files_need_their_package(network_file: NetworkFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf_package, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"needs the package gguf; install it with pip install"):
        check_model_readable(network_file("flux", "Q8_0"))


def test_of_a_gguf_file_only_the_network_of_a_model_is_read(network_file: NetworkFile) -> None:
    for read in (check_readable, read_tensors):
        with pytest.raises(ModelError, match="of a GGUF file only the network of a model is read"):
            read(network_file("flux", "Q8_0"))


@pytest.mark.parametrize("suffix", ["scale_weight", "weight_scale"])
def test_scaled_fp8_without_one_of_its_scales_is_refused(
    folder_of: Folder, tmp_path: Path, suffix: str
) -> None:
    tensors = single_files.original(pipeline("flux").transformer, "flux")
    path = single_files.write_scaled(tensors, tmp_path / "x.safetensors", suffix, drop="img_in")
    with pytest.raises(ModelError, match=r"img_in\.weight is scaled fp8, but the file lacks its scale"):
        load_network(path, FLUX, folder_of("flux"), torch.float32)


def test_scales_may_be_one_for_each_row(folder_of: Folder, tmp_path: Path) -> None:
    network = pipeline("flux").transformer
    made = {}
    for name, tensor in single_files.original(network, "flux").items():
        made[name] = tensor
        if single_files.is_matrix(name, tensor):
            scale = tensor.abs().amax(dim=1) / 448
            made[name] = (tensor / scale[:, None]).to(single_files.FP8)
            made[name.removesuffix("weight") + "weight_scale"] = scale[:, None]
            made[name.removesuffix("weight") + "input_scale"] = torch.ones(())
    path = single_files.write_each(made, tmp_path / "x.safetensors")
    layer = load_network(path, FLUX, folder_of("flux"), torch.float32).transformer_blocks[0].attn.to_k
    expected = network.transformer_blocks[0].attn.to_k.weight.detach()
    assert float((layer.unpacked() - expected).abs().max() / expected.abs().max()) < 0.05


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"img_in.weight": None}, r"lacks 1 tensors of .*such as x_embedder\.weight"),
        ({"what_is_this": torch.ones(1)}, "has 1 tensors that are not in .*what_is_this"),
        ({"img_in.weight": torch.ones(32, 60)}, r"x_embedder\.weight has the shape \(32, 60\); expected"),
        ({"double_blocks.0.img_attn.qkv.weight": torch.ones(99, 32)}, "has 99 rows; expected 96"),
        ({"img_in.weight": torch.ones(32, 9).to(single_files.FP8)}, r"has the shape \(32, 9\)"),
        (
            {"img_in.comfy_quant": torch.tensor(list(b'{"format": "nvfp4"}'), dtype=torch.uint8)},
            "is packed as 'nvfp4'; expected float8_e4m3fn",
        ),
        ({"img_in.comfy_quant": torch.tensor([1, 2], dtype=torch.uint8)}, "is packed as 'None'"),
        ({"img_in.comfy_quant": torch.full((1000,), ord("["), dtype=torch.uint8)}, "is packed as 'None'"),
        (
            {"double_blocks.0.img_attn.proj.scale_weight": torch.ones(7)},
            r"the scale of double_blocks\.0\.img_attn\.proj\.weight has 7 numbers",
        ),
    ],
)
def test_a_network_that_is_not_the_described_one_is_refused(
    folder_of: Folder,
    network_file: NetworkFile,
    tmp_path: Path,
    change: dict[str, torch.Tensor | None],
    message: str,
) -> None:
    tensors = {**load_file(network_file("flux", "fp8")), **change}
    kept = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    path = single_files.write_each(kept, tmp_path / "x.safetensors")
    with pytest.raises(ModelError, match=message):
        load_network(path, FLUX, folder_of("flux"), torch.float32)


def test_checks_of_files_load_no_torch(network_file: NetworkFile) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from animator.models.diffusion.checkpoints.identify import identify\n"
        f"print(identify(Path({str(network_file('flux', 'Q8_0'))!r}))); assert 'torch' not in sys.modules;"
        "assert 'gguf' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.startswith("Flux network"), done.stderr
