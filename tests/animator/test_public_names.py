"""Public names of `import animator`."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import animator
from animator import errors

PUBLIC = [
    *("Animation", "AnimatorError", "Beats", "DeepShrink", "DepthModel", "Diffuser", "Encoding"),
    "EnoughSteps",
    *("FaceRestorer", "FakeDepth", "FakeDiffuser", "FakeFlow", "FlowModel", "Frame", "FreeU"),
    *("GeneratedImage",),
    *("GenerationRequest", "GenerationStep", "GenerationStopped", "GuidanceTuning", "Hint"),
    *("ImageSettings", "Job", "JobFilter", "JobNotFoundError", "JobQueue", "JobRequest"),
    *("JobState", "JobStateError", "JobStoreError", "LatentDiffuser", "LatentStart", "Marker"),
    *(
        "ModelError",
        "Motion",
        "Onsets",
        "Pipeline",
        "Placement",
        "Plan",
        "PluginError",
        "PresetError",
        "Problem",
        "Progress",
    ),
    *("QueueFullError", "Refiner", "RenderResult", "Run", "RunError", "RunReader", "Signals"),
    *("Sink", "Sound"),
    *("Source", "State", "Step", "StepObserver", "StopToken", "Stream", "Timeline", "UserError"),
    *("VideoError", "VideoSpec", "VideoWriter", "WorkerOptions", "Workers", "allow"),
    *("build_pipeline", "generate", "generate_batch", "generate_each", "hear", "load"),
    "open_depth",
    *("open_diffuser", "open_face_restorer", "read_columns", "read_markers"),
    *("render", "render_run", "restore_faces", "submit"),
]


def test_these_names_are_public_and_no_others() -> None:
    assert sorted(PUBLIC) == PUBLIC == animator.__all__
    assert dir(animator) == sorted([*PUBLIC, "__version__"])


def test_type_checkers_see_the_same_names_and_homes() -> None:
    tree = ast.parse(Path(str(animator.__file__)).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    found = {
        alias.asname: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    }
    assert found == animator._HOMES


def test_every_error_is_public() -> None:
    defined = [item for item in vars(errors).values() if getattr(item, "__module__", "") == errors.__name__]
    hints = {item.__name__ for item in defined if issubclass(item, errors.Hint)} - {"Hint"}
    assert {item.__name__ for item in defined} - hints <= set(PUBLIC)


@pytest.mark.parametrize("name", animator.__all__)
def test_every_public_name_loads(name: str) -> None:
    assert getattr(animator, name).__name__ == name


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = animator.nothing


def test_render_is_the_function_even_after_its_module_was_loaded() -> None:
    code = "import animator.loop.render, animator; assert callable(animator.render)"
    subprocess.run([sys.executable, "-c", code], check=True)
