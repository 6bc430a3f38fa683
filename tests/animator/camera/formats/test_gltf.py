"""glTF of other programs: cameras below other nodes, still or moving, and what is no glTF."""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from animator.camera.formats.gltf import read, write
from animator.camera.pose import accumulate
from animator.camera.track import CameraTrack
from animator.errors import UserError
from tests.animator.camera.formats.tracks import track

LENS = {"type": "perspective", "perspective": {"yfov": 1.0, "znear": 0.1}}


def scene(*nodes: dict[str, Any], **more: Any) -> str:
    return json.dumps({"asset": {"version": "2.0"}, "nodes": list(nodes), "cameras": [LENS], **more})


def test_what_is_written_is_what_the_specification_asks_for() -> None:
    document = json.loads(write(track(10)))
    (animation,) = document["animations"]
    assert [channel["target"].get("path") for channel in animation["channels"]] == [
        "translation",
        "rotation",
        "pointer",
    ]
    data = b64decode(document["buffers"][0]["uri"].partition(",")[2])
    assert len(data) == document["buffers"][0]["byteLength"]
    for accessor in document["accessors"]:
        view = document["bufferViews"][accessor["bufferView"]]
        width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor["type"]]
        assert view["byteLength"] == accessor["count"] * 4 * width and view["byteOffset"] % 4 == 0
    times = np.frombuffer(data[:40], dtype="<f4")
    assert document["accessors"][0]["max"] == [float(times.max())]
    rotations = np.frombuffer(data, "<f4", 40, document["bufferViews"][2]["byteOffset"]).reshape(-1, 4)
    assert np.linalg.norm(rotations, axis=1) == pytest.approx(np.ones(10), abs=1e-6)


def test_a_camera_ahead_of_the_origin_is_at_minus_z_and_upright() -> None:
    positions, rotations = accumulate(np.array([[1.0, 2.0, 3.0]]), np.zeros((1, 3)))
    document = json.loads(write(CameraTrack(positions, rotations, np.array([50.0]), 24.0, (64, 64))))
    data = b64decode(document["buffers"][0]["uri"].partition(",")[2])
    assert np.frombuffer(data[4:16], dtype="<f4").tolist() == [1, 2, -3]
    assert np.abs(np.frombuffer(data[16:32], dtype="<f4")).tolist() == [0, 0, 0, 1]
    assert "extensionsUsed" not in document


def test_a_camera_below_other_nodes_is_where_they_carry_it() -> None:
    half = np.sqrt(0.5)
    text = scene(
        {"translation": [0, 5, 0], "scale": [2, 2, 2], "children": [1]},
        {"rotation": [0, half, 0, half], "children": [2]},
        {"camera": 0, "translation": [0, 0, 1]},
    )
    found = read(text, fps=24)
    assert found.positions == pytest.approx(np.array([[2.0, -5.0, 0.0]]), abs=1e-9)
    assert found.rotations[0] @ [0, 0, 1] == pytest.approx([-1, 0, 0], abs=1e-9)  # turned to the left


def test_a_matrix_is_read_like_its_parts() -> None:
    matrix = np.diag([2.0, 2.0, 2.0, 1.0])
    matrix[:3, 3] = (1, 2, 3)
    found = read(scene({"camera": 0, "matrix": matrix.T.ravel().tolist()}), fps=24)
    assert found.positions == pytest.approx(np.array([[1.0, -2.0, -3.0]]))
    assert found.rotations[0] == pytest.approx(np.eye(3))


def animated(interpolation: str, values: Sequence[Sequence[float]], times: list[float]) -> str:
    data = np.array(times, "<f4").tobytes() + np.array(values, "<f4").tobytes()
    uri = f"data:application/octet-stream;base64,{b64encode(data).decode()}"
    split = 4 * len(times)
    path = "translation" if len(values[0]) == 3 else "rotation"
    return scene(
        {"camera": 0},
        buffers=[{"byteLength": len(data), "uri": uri}],
        bufferViews=[
            {"buffer": 0, "byteLength": split},
            {"buffer": 0, "byteOffset": split, "byteLength": len(data) - split},
        ],
        accessors=[
            {"bufferView": 0, "componentType": 5126, "count": len(times), "type": "SCALAR"},
            {"bufferView": 1, "componentType": 5126, "count": len(values), "type": f"VEC{len(values[0])}"},
        ],
        animations=[
            {
                "channels": [{"sampler": 0, "target": {"node": 0, "path": path}}],
                "samplers": [{"input": 0, "output": 1, "interpolation": interpolation}],
            }
        ],
    )


def test_keys_between_frames_are_read_at_the_film_s_rate() -> None:
    found = read(animated("LINEAR", [[0, 0, 0], [1, 0, 0]], [0.0, 1.0]), fps=10)
    assert found.positions[:, 0] == pytest.approx(np.linspace(0, 1, 11))


def test_cubic_keys_are_read_without_their_tangents() -> None:
    out = [9.0, 9.0, 9.0]
    values = [out, [0.0, 0.0, 0.0], out, out, [1.0, 0.0, 0.0], out]
    assert read(animated("CUBICSPLINE", values, [0.0, 1.0]), fps=1).positions[-1] == pytest.approx([1, 0, 0])


def test_steps_are_held_until_the_next_key() -> None:
    values, turns = [[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]]
    times = [0.0, 0.5, 1.0]
    assert read(animated("STEP", values, times), fps=4).positions[:, 0].tolist() == [0, 0, 1, 1, 2]
    between = read(animated("STEP", values, times), fps=3).positions[:, 0]
    assert between.tolist() == [0, 0, 1, 2]
    rotations = read(animated("STEP", turns, times), fps=4).rotations
    assert rotations[:, 0, 0] == pytest.approx([1, 1, -1, -1, -1])
    assert rotations[:, 1, 1] == pytest.approx([1, 1, 1, 1, -1])


@pytest.mark.parametrize("times", [[0.0, 1.0, 1.0001], [0.0, 0.2, 0.4], [0.0, 0.0001, 1.0]])
@pytest.mark.parametrize("rate", [0.01, 24.0])
def test_keys_that_fall_on_one_frame_are_read(times: list[float], rate: float) -> None:
    turns = [[0.0, 0, 0, 1], [0, 0.5, 0, 1], [0.0, 1, 0, 1]]
    ahead = read(animated("LINEAR", turns, times), fps=rate).rotations[-1] @ [0, 0, 1]
    assert ahead[0] < -0.75 and np.linalg.norm(ahead) == pytest.approx(1)


def test_uneven_keys_without_a_rate_ask_for_one() -> None:
    text = animated("LINEAR", [[0, 0, 0], [1, 0, 0], [2, 0, 0]], [0.0, 1.0, 5.0])
    with pytest.raises(UserError, match="its keys are uneven; give the frames per second"):
        read(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is not glTF"),
        (scene({}), "has no perspective camera in a node"),
        (scene({"camera": 3}), "cameras: has no item 3"),
        (scene({"camera": 0, "rotation": [0, 0, 0, 0]}), "nodes 0 rotation: is 0"),
        (scene({"camera": 0, "translation": [1, 2]}), "nodes 0 translation: is [1, 2]; expected 3 numbers"),
        (scene({"camera": 0, "scale": [0, 1, 1]}), "the camera's node is scaled to nothing"),
        (scene({"camera": 0, "matrix": [0] * 16}), "matrix: is no rotation and scale"),
        (
            scene({"camera": 0, "children": [1]}, {"children": [0]}),
            "nodes: more than 64 are above the camera",
        ),
        (
            animated("LINEAR", [[0, 0, 0], [1, 0, 0]], [0.0, 1.0]).replace("base64,", "base64,*"),
            "buffers 0: is not base64",
        ),
        (
            animated("LINEAR", [[0, 0, 0], [1, 0, 0]], [0.0, 1.0]).replace("data:", "camera.bin"),
            "buffers 0: is not embedded",
        ),
        (
            animated("LINEAR", [[0, 0, 0], [1, 0, 0]], [0.0, 1.0]).replace('"count": 2', '"count": 999'),
            "accessors 0: reaches past the end of its buffer",
        ),
        (
            animated("LINEAR", [[0, 0, 0]], [0.0]).replace('"count": 1', '"sparse": {}, "count": 1'),
            "accessors 0: is sparse; expected all of its numbers in a buffer",
        ),
        (
            animated("LINEAR", [[0, 0, 0], [1, 0, 0]], [0.0, 1e9]),
            "the last key: ends at frame 2.4e+10; expected 0 to 99999",
        ),
    ],
)
def test_what_is_no_camera_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(UserError) as error:
        read(text, fps=24)
    assert str(error.value).startswith(said)
