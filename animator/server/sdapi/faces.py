"""Face restoration by A1111's names."""

from animator.errors import ModelError
from animator.jobs.images.work import Faces
from animator.models.faces.find import YUNET, find_detector, find_face_model
from animator.server.context import ServerContext
from animator.server.errors import RequestError

GFPGAN, CODEFORMER = "GFPGAN", "CodeFormer"
_FILES = {GFPGAN: "GFPGANv1.4", CODEFORMER: "codeformer-v0.1.0", "RestoreFormer": "RestoreFormer"}


def face_restorers(context: ServerContext) -> list[str]:
    """Returns the names of those whose files are in the model folders, with that of the detector."""
    return [name for name in _FILES if not _lacks(name, context)]


def faces_of(name: str, context: ServerContext, *, strength: float = 1.0, fidelity: float = 0.5) -> Faces:
    """Returns how faces are restored.

    Args:
        name: The restorer.
        context: The server.
        strength: Share of the restored faces, 0 to 1.
        fidelity: For CodeFormer: 0 restores the most.

    Raises:
        RequestError: There is no such restorer, or a file is missing.
    """
    if name not in _FILES:
        known = ", ".join(_FILES)
        raise RequestError(
            "/restore_faces", f"face restorer {name!r:.100}: is unknown; expected one of {known}"
        )
    if lacking := _lacks(name, context):
        raise RequestError("/restore_faces", f"there is no face restorer {name} here: {lacking}")
    return Faces(_FILES[name], name, strength, fidelity)


def _lacks(name: str, context: ServerContext) -> str:
    """Returns what is missing for a restorer; empty if it is complete."""
    folders = context.options.model_folders
    try:
        find_face_model(_FILES[name], folders)
        find_detector(YUNET, folders)
    except ModelError as error:
        return str(error)
    return ""
