"""Checks whether a model file may be opened, without opening it; loads no torch."""

from pathlib import Path

from animator.core.paths import is_file
from animator.core.permissions import permissions
from animator.errors import AllowCode, AllowPickle, ModelError
from animator.models.diffusion.checkpoints.file_header import SAFE
from animator.models.diffusion.checkpoints.gguf_header import GGUF
from animator.models.gguf_package import check_gguf_package
from animator.models.torch_archive import is_torchscript


def check_readable(path: Path) -> None:
    """Checks that a file of weights may be read.

    Raises:
        ModelError: It is a pickled file, and these are not permitted, or a GGUF file.
    """
    if path.suffix == GGUF:
        raise ModelError(f"{path}: of a GGUF file only the network of a model is read; use a {SAFE} file")
    if path.suffix != SAFE and not permissions().pickle:
        raise ModelError(
            f"{path}: {path.suffix or 'pickled'} files can run code when they are read", AllowPickle()
        )


def check_model_readable(path: Path) -> None:
    """Checks that the file of a model may be read, which GGUF files may.

    Raises:
        ModelError: It is a pickled file, and these are not permitted.
    """
    if path.suffix == GGUF:
        check_gguf_package(path)
    else:
        check_readable(path)


def check_code(path: Path) -> None:
    """Checks that a TorchScript network may be run.

    Raises:
        ModelError: The file is missing, not TorchScript, or programs are not permitted.
    """
    if not is_file(path):
        raise ModelError(f"{path}: no such file; expected a TorchScript network such as film_net_fp32.pt")
    if not is_torchscript(path):
        raise ModelError(f"{path}: is not a TorchScript file; expected a network such as film_net_fp32.pt")
    if not permissions().code:
        raise ModelError(
            f"{path}: is a program (TorchScript), which can read and replace any file of yours when it runs; "
            "the engines flow and RIFE v4.6 need none",
            AllowCode(),
        )
