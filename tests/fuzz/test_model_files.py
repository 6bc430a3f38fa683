"""Files of models: safetensors headers and tensors, pickles, LoRA, embeddings, ControlNets, upscalers."""

import io
import json
import struct
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from safetensors.torch import save
from torch import Tensor, nn

from animator.core.permissions import allow
from animator.errors import ModelError
from animator.film.upscaling.open_upscaler import open_upscaler
from animator.models.depth.open_depth import open_depth
from animator.models.diffusion.checkpoints.file_header import Header
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.checkpoints.inventory import model_table
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.parts import Rest, find_parts
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.models.diffusion.hypernetwork.load import read_hypernetwork
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.network_files.load import load_network
from animator.models.diffusion.network_files.read import read_stored
from animator.models.diffusion.prompts.embedding_file import read_vectors
from animator.models.faces.find import read_detector
from animator.models.faces.networks import load_face_network
from animator.models.flow.raft import load_raft
from animator.models.torchvision_ops import declare_missing_ops
from animator.models.weights import read_tensors, read_weights
from tests.animator.models.diffusion.tiny_models import pipeline
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged
from tests.fuzz.trees import changed
from tests.fuzz.values import TEXT, VALUE

NAMES = (
    "lora_unet_mid_to_q.lora_up.weight", "lora_unet_mid_to_q.lora_down.weight",
    "lora_unet_mid_to_q.lora_mid.weight", "lora_unet_mid_to_q.alpha", "lora_unet_mid_to_q.dora_scale",
    "lora_unet_mid_to_q.diff", "lora_unet_mid_to_q.diff_b", "lora_unet_mid_to_q.hada_w1_a",
    "lora_unet_mid_to_q.hada_w1_b", "lora_unet_mid_to_q.hada_w2_a", "unet.mid.to_q.lora_A.weight",
    "unet.mid.to_q.lora_B.weight", "lora_unet_mid_to_q.lokr_w1", "lora_unet_mid_to_q.lokr_w2_a",
    "lora_unet_mid_to_q.lokr_t2", "lora_unet_middle_block_9_0.lora_up.weight",
    "lora_unet_input_blocks_4_1_x.lora_down.weight", "emb_params", "clip_l", "clip_g", "string_to_param.*",
    "model.diffusion_model.input_blocks.0.0.weight", "cond_stage_model.transformer.x", "double_blocks.0.x",
    "attn2.to_k.weight", "control_model.x", "controlnet_cond_embedding.conv_in.weight",
    "encoder.conv_in.weight", "lllite_x", "double_blocks.0.img_attn.qkv.lora_up.weight",
    "double_blocks.0.img_attn.qkv.lora_down.weight", "conv_first.weight", "v_pred", "body.0.weight",
    "body.0.bias", "24.0.linear.0.weight", "24.0.linear.0.bias", "24.1.linear.0.weight",
    "24.1.linear.0.bias", "linear.0.weight", "linear.0.bias",
    "params_ema", "model", "state_dict", "module.x", "fnet.convnormrelu.0.weight", "",
    "pretrained.model.patch_embed.proj.weight", "img_in.weight", "img_in.scale_weight", "scaled_fp8",
    "img_in.comfy_quant", "double_blocks.0.img_attn.qkv.weight", "model.diffusion_model.img_in.weight",
    "text_model.encoder.layers.0.self_attn.q_proj.weight", "cap_pad_token",
    "double_stream_modulation_img.lin.weight",
)  # fmt: skip
SHAPES = (
    (),
    (0,),
    (1,),
    (4,),
    (768,),
    (4, 4),
    (4, 2),
    (2, 4),
    (1, 768),
    (0, 4),
    (4, 4, 1, 1),
    (2, 4, 3, 3),
    (1, 1, 1, 1, 1),
)
TYPES = (torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.bool, torch.float8_e4m3fn)
METADATA: tuple[dict[str, str], ...] = (
    {},
    {"modelspec.predict_key": "v"},
    {"ss_base": "\x1b[31m", "x" * 99: "turbo"},
)
HEADER = {
    "__metadata__": {"modelspec.prediction_type": "v"},
    "emb_params": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
    "model.diffusion_model.x": {"dtype": "F16", "shape": [2], "data_offsets": [8, 12]},
}


@st.composite
def tensors(draw: DrawFn) -> dict[str, Tensor]:
    """Draws tensors with names that readers look for, of any shape and type."""
    names = draw(st.lists(st.sampled_from(NAMES), max_size=5, unique=True))
    shapes = st.sampled_from(SHAPES)
    return {name: torch.ones(draw(shapes)).to(draw(st.sampled_from(TYPES))) for name in names}


@st.composite
def headers(draw: DrawFn) -> bytes:
    """Draws a file whose header has wrong values."""
    raw = json.dumps(draw(changed(HEADER) | VALUE), default=str).encode()
    length = draw(st.sampled_from((len(raw), len(raw) + 1, 0, 2**27, 2**63, 2**64 - 1)) | st.integers(0, 300))
    return struct.pack("<Q", length) + raw + bytes(draw(st.sampled_from((0, 11, 12, 100))))


@st.composite
def gguf_files(draw: DrawFn) -> bytes:
    """Draws a GGUF file: a valid one after changes, or one whose numbers are wrong."""
    number = st.sampled_from((0, 1, 2, 3, 8, 9, 30, 2**31, 2**63, 2**64 - 1))

    def packed(form: str) -> bytes:
        return struct.pack(f"<{form}", draw(number) % 2 ** (32 if form == "I" else 64))

    def text(value: str) -> bytes:
        raw = value.encode("utf-8", "surrogatepass")
        return draw(st.just(struct.pack("<Q", len(raw))) | number.map(lambda n: struct.pack("<Q", n))) + raw

    entry = text("general.architecture") + draw(
        st.just(struct.pack("<I", 8) + text("flux")) | st.just(packed("I") + packed("I") + packed("Q"))
    )
    name = draw(st.sampled_from(NAMES) | TEXT)
    tensor = (
        text(name)
        + struct.pack("<IQQ", 2, 4, 1)
        + draw(st.just(struct.pack("<IQ", 0, 0)) | st.just(packed("I") + packed("Q")))
    )
    counts = draw(st.just(struct.pack("<QQ", 1, 1)) | st.just(packed("Q") + packed("Q")))
    data = b"GGUF" + struct.pack("<I", 3) + counts + entry + tensor
    data += bytes(-len(data) % 32) + bytes(draw(st.sampled_from((0, 15, 16, 100))))
    return draw(st.just(data) | damaged(data))


def _pickled(content: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


@st.composite
def files(draw: DrawFn) -> tuple[str, bytes]:
    """Draws the suffix and the bytes of a file of a model."""
    kind = draw(st.sampled_from(("header", "safetensors", "safetensors", "gguf", "pickle", "pickle")))
    if kind == "header":
        return ".safetensors", draw(headers())
    if kind == "gguf":
        return ".gguf", draw(gguf_files())
    content = draw(tensors())
    if kind == "safetensors":
        data = save(content, draw(st.sampled_from(METADATA)))
    else:
        wrapped = st.sampled_from(
            (
                content,
                {"params": content},
                {"state_dict": {"a": [content]}},
                [content],
                "text",
                None,
                {4: (content, content)},
            )
        )
        data = _pickled(draw(wrapped | st.just({draw(TEXT): draw(TEXT), 5: content})))
    suffix = (
        ".safetensors" if kind == "safetensors" else draw(st.sampled_from((".pt", ".pth", ".ckpt", ".bin")))
    )
    return draw(st.sampled_from((suffix, suffix, ".pt"))), draw(st.just(data) | damaged(data))


def _lora(path: Path) -> None:
    model = nn.ModuleDict({"mid": nn.ModuleDict({"to_q": nn.Linear(4, 4)})})
    LoraLayers("tiny", "sd1", {"unet": model, "transformer": model}).apply(((path, 1.0, 0.5),))


def _network(path: Path) -> None:
    load_network(path, FLOW_FAMILIES["flux"], _network_folder(), torch.float32)


@lru_cache
def _network_folder() -> Path:
    """A folder with the config of a tiny Flux, which stays for the session."""
    folder = Path(mkdtemp())
    pipeline("flux").transformer.save_config(folder / "transformer")
    return folder


READERS: dict[str, Callable[[Path], object]] = {
    "identify": identify,
    "network": _network,
    "stored": read_stored,
    "parts": lambda path: find_parts(
        "x", Header({"double_blocks.0.x": (1,)}, {}), Library((path.parent,)), Rest()
    ),
    "read_weights": read_weights,
    "read_tensors": read_tensors,
    "lora": _lora,
    "hypernetwork": read_hypernetwork,
    "embedding": lambda path: read_vectors(path, (768,)),
    "embeddings": lambda path: Library((path.parent,)).embeddings,
    "controlnet": lambda path: find_controlnet(str(path), Library()),
    "depth": open_depth,
    "flow": load_raft,
    "face network": lambda path: load_face_network(path, "cpu"),
    "face detector": read_detector,
    "upscaler": lambda path: open_upscaler(str(path), 2, (), "cpu"),
}


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Imports the libraries of all readers before the first of them is timed."""
    declare_missing_ops()
    with suppress(ImportError):  # not everyone has it
        import spandrel

        assert spandrel
    import diffusers
    import timm
    import transformers
    from torchvision.models.optical_flow import raft_large

    assert diffusers and timm and transformers.CLIPSegForImageSegmentation and raft_large


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(file=files())
def test_a_file_of_a_model_is_read_or_refused(
    file: tuple[str, bytes], reader: Callable[[Path], object], tmp_path: Path
) -> None:
    suffix, data = file
    path = tmp_path / f"model{suffix}"
    path.write_bytes(data)
    with bounded(ModelError), allow(pickle=True):
        reader(path)
    path.unlink()


@given(file=files())
def test_a_folder_of_models_is_listed_whatever_is_in_it(
    file: tuple[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suffix, data = file
    path = tmp_path / f"model{suffix}"
    path.write_bytes(data)
    with bounded():
        assert any(str(path) in line for line in model_table((tmp_path,), hashes=False))
    path.unlink()
