"""What `import animator` offers."""

import subprocess
import sys

import pytest

import animator


@pytest.mark.parametrize("name", animator.__all__)
def test_every_public_name_loads(name: str) -> None:
    assert getattr(animator, name).__name__ == name


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = animator.nothing


def test_render_is_the_function_even_after_its_module_was_loaded() -> None:
    code = "import animator.loop, animator; assert callable(animator.render)"
    subprocess.run([sys.executable, "-c", code], check=True)
