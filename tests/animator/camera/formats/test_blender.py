"""What Blender gets: a script, parsed and run on a stand-in for Blender, and matrices."""

import ast
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from animator.camera.formats.blender import SENSOR_MM, read_matrices, write_matrices, write_script
from animator.camera.pose import accumulate, rotations_of
from animator.camera.track import CameraTrack
from animator.errors import UserError
from tests.animator.camera.formats.tracks import difference, track

TO_BLENDER = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])
LENS = np.diag([1, -1, -1])


def keys_of(script: str) -> list[tuple[int, Any, Any, float]]:
    """The keyframes that a script has, read by its grammar."""
    tree = ast.parse(script)
    (keys,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "KEYS"
    )
    found: list[tuple[int, Any, Any, float]] = ast.literal_eval(keys)
    return found


def test_the_keyframes_of_the_script_are_the_camera() -> None:
    camera = track(50)
    keys = keys_of(write_script(camera))
    assert [key[0] for key in keys] == list(range(50))
    turned = rotations_of(np.roll(np.array([key[2] for key in keys]), -1, axis=1))
    lens = np.array([key[3] for key in keys])
    back = CameraTrack(
        np.array([key[1] for key in keys]) @ TO_BLENDER,
        TO_BLENDER.T @ turned @ LENS,
        np.degrees(2 * np.arctan(SENSOR_MM / 2 / lens)),
    )
    assert difference(camera, back) < 1e-6


def test_the_script_imports_blender_alone() -> None:
    tree = ast.parse(write_script(track(3)))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imported] == ["import bpy"]


class _Recorded:
    """A camera or its data in a stand-in for Blender: keeps each keyframe that is inserted."""

    def __init__(self, *_args: object) -> None:
        self.keys: dict[tuple[str, int], Any] = {}

    def keyframe_insert(self, name: str, frame: int) -> None:
        self.keys[name, frame] = getattr(self, name)


def test_the_script_runs_and_inserts_every_keyframe() -> None:
    scene = SimpleNamespace(render=SimpleNamespace())
    linked: list[Any] = []
    bpy = SimpleNamespace(
        data=SimpleNamespace(cameras=SimpleNamespace(new=_Recorded), objects=SimpleNamespace(new=_Recorded)),
        context=SimpleNamespace(
            scene=scene, collection=SimpleNamespace(objects=SimpleNamespace(link=linked.append))
        ),
    )
    script = write_script(track(4)).replace("import bpy", "")
    exec(compile(script, "camera.py", "exec"), {"bpy": bpy})
    assert len(linked[0].keys) == 8 and linked[0] is scene.camera
    assert (scene.frame_start, scene.frame_end) == (0, 3)
    assert scene.render.fps / scene.render.fps_base == pytest.approx(29.97)
    assert (scene.render.resolution_x, scene.render.resolution_y) == (640, 384)


def test_a_camera_ahead_stands_upright_in_blender_and_looks_along_its_y() -> None:
    positions, rotations = accumulate(np.array([[1.0, 2.0, 3.0]]), np.zeros((1, 3)))
    row = write_matrices(CameraTrack(positions, rotations, np.array([50.0]))).splitlines()[1].split(",")
    matrix = np.array(row[2:], dtype=float).reshape(4, 4)
    assert matrix[:3, 3].tolist() == [1, 3, 2]  # right, forward, up
    assert (matrix[:3, :3] @ [0, 0, -1]).tolist() == [0, 1, 0]  # where it looks
    assert (matrix[:3, :3] @ [0, 1, 0]).tolist() == [0, 0, 1]  # its up


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("m33", "m34"), "line 1: expected frame,fov,m00"),
        (lambda text: text.splitlines()[0], "has 0 frames"),
        (lambda text: text + "1,2\n", "line 4: has 2 cells; expected 18"),
        (lambda text: text.replace("\n1,", "\n7,"), "line 3: is frame 7; expected 1"),
        (lambda text: text.replace("\n1,", "\n1e999,"), "line 3: is '1e999'; expected a number"),
        (lambda text: text.splitlines()[0] + "\n0,50" + ",0" * 16, "frame 0: its matrix is no rotation"),
        (lambda text: text.replace("\n0,", "\n0,-", 1), "frame 0: the field of view is -"),
    ],
)
def test_matrices_that_are_none_are_refused_with_their_line(change: Any, said: str) -> None:
    with pytest.raises(UserError) as error:
        read_matrices(change(write_matrices(track(2))))
    assert str(error.value).startswith(said)
