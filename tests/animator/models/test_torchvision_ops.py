"""torchvision beside whatever torch is here."""

import subprocess
import sys

CODE = """
from animator.models.torchvision_ops import declare_missing_ops
first = declare_missing_ops()
assert declare_missing_ops() is first
import torchvision, timm
from torchvision.models.optical_flow import raft_small
print(timm.create_model("mobilenetv3_small_100").num_classes)
"""


def test_torchvision_and_timm_import_after_the_declarations() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1000"
