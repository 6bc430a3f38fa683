"""`write_tensors`: tensors as a .safetensors file, which is replaced as a whole or not at all."""

import errno
import os
import re
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from animator.core.atomic import temporary_file

_NUMBER = re.compile(r"os error (\d{1,5})")
"""What safetensors says of the system's error, whose class it does not keep."""


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Writes tensors to a file; readers see the old content or the new, never a part.

    Args:
        path: The file; its folder exists.
        tensors: By name, on any device.
        metadata: Texts of the file's header.

    Raises:
        OSError: The disk is full, the folder read-only, and so on; the old content is unchanged.
    """
    own = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        with temporary_file(path) as (partial, file):
            save_file(own, partial, dict(metadata))
            os.fsync(file.fileno())
            partial.replace(path)
    except SafetensorError as error:
        raise system_error(error, path) from error
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def system_error(error: SafetensorError, path: Path) -> OSError:
    """Returns an error of safetensors in writing a file as the system's error that it was."""
    found = _NUMBER.search(str(error))
    number = int(found[1]) if found else errno.EIO
    return OSError(number, os.strerror(number), str(path))
