"""What a file with a network alone lacks is found, or named with where it goes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import read_header
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.checkpoints.inventory import model_entries, model_table
from animator.models.diffusion.checkpoints.layout_tables import LAYOUTS
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.parts import Rest, find_parts
from animator.models.diffusion.checkpoints.usable import check_model, check_rest
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from tests.animator.models.diffusion.network_files import single_files
from tests.animator.models.diffusion.network_files.conftest import NetworkFile
from tests.animator.models.diffusion.original_names import vae_tensors
from tests.animator.models.diffusion.tiny_models import pipeline
from tests.opened import open_stable

Folder = Callable[[str], Path]
CPU = torch.device("cpu")


@pytest.fixture
def flux(folder_of: Folder, tmp_path: Path) -> Path:
    """A folder with the rest of a Flux model: of its transformer, the config alone."""
    folder = tmp_path / "models" / "flux-rest"
    shutil.copytree(folder_of("flux"), folder)
    for weights in (folder / "transformer").glob("*.safetensors"):
        weights.unlink()
    return folder


def parts_of(path: Path, rest: Rest, *folders: Path) -> Path:
    return find_parts("film", read_header(path), Library(folders), rest)


def test_a_folder_needs_no_weights_of_the_network(network_file: NetworkFile, flux: Path) -> None:
    assert parts_of(network_file("flux", "fp8"), Rest(), flux.parent) == flux
    assert parts_of(network_file("flux", "Q8_0"), Rest("flux-rest"), flux.parent) == flux
    facts = check_model(str(network_file("flux", "Q8_0")), Library())
    assert facts is not None and facts.is_network and facts.is_transformer


def test_what_is_missing_is_named_with_where_it_goes(network_file: NetworkFile, tmp_path: Path) -> None:
    message = (
        r"holds the network of Flux alone.*CLIP-L and T5-XXL.*VAE.*diffusion\.parts.*transformer needs config"
    )
    with pytest.raises(ModelError, match=message):
        check_rest(str(network_file("flux", "fp8")), Library((tmp_path,)), Rest())


def test_a_folder_that_lacks_an_encoder_says_so(network_file: NetworkFile, flux: Path) -> None:
    shutil.rmtree(flux / "text_encoder_2")
    with pytest.raises(ModelError, match=r"flux-rest: lacks text_encoder_2: .*diffusion\.text_encoders"):
        parts_of(network_file("flux", "fp8"), Rest(str(flux)))
    with pytest.raises(ModelError, match=r"Not usable: .*flux-rest lacks text_encoder_2"):
        parts_of(network_file("flux", "fp8"), Rest(), flux.parent)


def test_a_folder_of_another_family_is_refused(network_file: NetworkFile, folder_of: Folder) -> None:
    with pytest.raises(ModelError, match=r"is of Z-Image; expected Flux$"):
        parts_of(network_file("flux", "fp8"), Rest(str(folder_of("z-image"))))
    with pytest.raises(ModelError, match=r"is of an unknown family; expected Flux$"):
        parts_of(network_file("flux", "fp8"), Rest(str(folder_of("sd1"))))


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("num_layers", 19, r"has 1 blocks \(transformer_blocks\), where the folder describes 19"),
        ("num_single_layers", 2, "has 1 blocks"),
        (
            "guidance_embeds",
            False,
            "takes a guidance scale as an input, where the folder describes one without",
        ),
    ],
)
def test_a_folder_of_another_version_is_refused_before_anything_loads(
    network_file: NetworkFile, flux: Path, setting: str, value: object, message: str
) -> None:
    config = flux / "transformer" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), setting: value}))
    with pytest.raises(ModelError, match=rf"is of another version of Flux: the network {message}"):
        parts_of(network_file("flux", "fp8"), Rest(str(flux)))


@pytest.mark.parametrize("wrong", ["nothing", "empty"])
def test_a_name_that_is_no_model_folder_is_refused(
    network_file: NetworkFile, tmp_path: Path, wrong: str
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"is no folder|has no model_index\.json"):
        parts_of(network_file("flux", "fp8"), Rest(str(tmp_path / wrong)))


def test_a_broken_folder_does_not_keep_others_from_being_used(network_file: NetworkFile, flux: Path) -> None:
    shutil.copytree(flux, flux.parent / "a-broken-one")
    (flux.parent / "a-broken-one" / "vae" / "config.json").write_text('{"auto_map": "x.py"}')
    assert parts_of(network_file("flux", "fp8"), Rest(), flux.parent) == flux
    (flux / "vae" / "config.json").write_text("[]")
    with pytest.raises(ModelError, match=r"Not usable: .*a-broken-one cannot be used: .*flux-rest cannot be"):
        parts_of(network_file("flux", "fp8"), Rest(), flux.parent)


def test_of_one_name_safetensors_go_before_gguf_and_gguf_before_pickles(tmp_path: Path) -> None:
    library = Library((tmp_path,))
    for suffix in (".ckpt", ".gguf", ".safetensors"):
        (tmp_path / f"dream{suffix}").write_bytes(b"")
        assert Library((tmp_path,)).checkpoint("dream") == tmp_path / f"dream{suffix}"
    assert library.checkpoint("dream.gguf") == tmp_path / "dream.gguf"


def write_encoders(folder: Path) -> tuple[str, str]:
    made = pipeline("flux")
    clip = {f"text_model.{name}": tensor for name, tensor in made.text_encoder.state_dict().items()}
    t5 = {name: tensor.clone() for name, tensor in made.text_encoder_2.state_dict().items()}
    single_files.write_each(clip, folder / "clip_l.safetensors")
    single_files.write_scaled(t5, folder / "t5xxl_fp8_scaled.safetensors")
    return "t5xxl_fp8_scaled", "clip_l"


def test_text_encoders_and_vae_may_be_files(
    network_file: NetworkFile,
    flux: Path,
    opened: Callable[[str], StableDiffuser],
    request_: GenerationRequest,
) -> None:
    for part in ("text_encoder", "text_encoder_2", "vae"):
        for weights in (flux / part).glob("*.safetensors"):
            weights.unlink()
    names = write_encoders(flux.parent)
    vae = vae_tensors(pipeline("flux").vae.state_dict())
    bare = {name.removeprefix("first_stage_model."): tensor for name, tensor in vae.items()}
    single_files.write_each(bare, flux.parent / "ae.safetensors")
    options = LoadOptions(Library((flux.parent,)), text_encoders=names, vae="ae", parts="flux-rest")
    path = str(network_file("flux", "plain"))
    expected = opened("flux").generate(request_)
    drawn = open_stable(path, CPU, options).generate(request_)
    assert float((drawn - expected).abs().mean()) < 0.1 * float(expected.std())


def test_a_folder_takes_a_vae_from_a_file(
    folder_of: Folder, tmp_path: Path, opened: Callable[[str], StableDiffuser], request_: GenerationRequest
) -> None:
    own = pipeline("qwen-image").vae.state_dict()
    single_files.write_each(own, tmp_path / "qwen.safetensors")
    options = LoadOptions(vae=str(tmp_path / "qwen.safetensors"))
    drawn = open_stable(str(folder_of("qwen-image")), CPU, options).generate(request_)
    assert torch.allclose(drawn, opened("qwen-image").generate(request_), atol=1e-5)
    with pytest.raises(ModelError, match=r"does not hold the VAE that the model describes \(AutoencoderKL\)"):
        open_stable(str(folder_of("z-image")), CPU, options)


@pytest.mark.parametrize("wrong", ["missing", "a VAE", "another width", "the same twice"])
def test_wrong_text_encoders_are_refused(
    network_file: NetworkFile, flux: Path, wrong: str, tmp_path: Path
) -> None:
    names = write_encoders(flux.parent)
    save_file({"encoder.conv_in.weight": torch.ones(1)}, tmp_path / "vae.safetensors")
    wide = {"text_model.embeddings.token_embedding.weight": torch.ones(4, 768)}
    wide["text_model.encoder.layers.0.self_attn.q_proj.weight"] = torch.ones(2, 2)
    save_file(wide, tmp_path / "wide.safetensors")
    files, message = {
        "missing": (("t5",), "t5: there is no such .safetensors file"),
        "a VAE": (
            (str(tmp_path / "vae.safetensors"),),
            "is a file of kind vae; expected a .safetensors file",
        ),
        "another width": (
            (str(tmp_path / "wide.safetensors"),),
            r"is a CLIP text encoder of width 768; expected .*\(text_encoder: CLIP text encoder of width 32",
        ),
        "the same twice": ((names[1], names[1]), "each once"),
    }[wrong]
    with pytest.raises(ModelError, match=message):
        parts_of(network_file("flux", "fp8"), Rest("flux-rest", files), flux.parent)


def test_an_incomplete_text_encoder_is_refused(network_file: NetworkFile, flux: Path) -> None:
    write_encoders(flux.parent)
    t5 = {name: tensor.clone() for name, tensor in pipeline("flux").text_encoder_2.state_dict().items()}
    t5.pop("encoder.final_layer_norm.weight")
    path = single_files.write_each(t5, flux.parent / "t5.safetensors")
    options = LoadOptions(Library((flux.parent,)), text_encoders=(str(path),))
    with pytest.raises(ModelError, match=r"does not hold the text encoder .*final_layer_norm\.weight"):
        open_stable(str(network_file("flux", "plain")), CPU, options)


def test_files_are_listed_with_their_precision_and_rest(
    network_file: NetworkFile, flux: Path, tmp_path: Path
) -> None:
    for kind, form in (("flux", "fp8"), ("flux", "Q8_0"), ("z-image", "fp16")):
        shutil.copy(network_file(kind, form), flux.parent)
    write_encoders(flux.parent)
    lines = {line.split("  ")[0]: line for line in model_table((tmp_path,), hashes=False)}
    about = "network without text encoder and VAE"
    table = "\n".join(lines.values())
    assert f"Flux {about}, Q8_0" in table and f"Flux {about}, fp8" in table
    assert table.count(f"(text encoders and VAE: {flux})") == 2
    assert "(lacks text encoders and VAE: a diffusers folder of Z-Image, see diffusion.parts)" in table
    assert "CLIP text encoder, fp32" in table and "T5 text encoder, fp8" in table
    found = {entry.name: entry for entry in model_entries((tmp_path,))}
    assert found["flux-Q8_0.gguf"].precision == "Q8_0" and found["flux-Q8_0.gguf"].family == "flux"


@pytest.mark.parametrize("layout", ["of the makers", "of diffusers"])
@pytest.mark.parametrize("kind", list(LAYOUTS))
def test_networks_are_identified_by_their_names(tmp_path: Path, kind: str, layout: str) -> None:
    network = pipeline(kind).transformer
    tensors = single_files.original(network, kind) if layout == "of the makers" else network.state_dict()
    for prefix in ("", "model.diffusion_model."):
        path = single_files.write_plain(tensors, tmp_path / "x.safetensors", prefix=prefix)
        assert (identify(path).family, identify(path).what) == (kind, "unet")
