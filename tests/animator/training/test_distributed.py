"""Data-parallel training with several processes."""

import os
import subprocess
import sys
from pathlib import Path

import torch

from animator.training.progress import CURVE

SCRIPT = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from animator.models.torchvision_ops import declare_missing_ops
declare_missing_ops()
from torch import nn
from animator.training.compute import Compute
from animator.training.loop import TrainConfig, train
from animator.training.distributed import init_distributed

class Task:
    def __init__(self):
        torch.manual_seed(0)
        self.networks = nn.ModuleDict({"net": nn.Linear(4, 4)})
        self.compute = Compute(torch.device("cpu"), distributed=init_distributed())

    def loss(self, step):
        rng = self.compute.rng(0, step)
        return (self.networks["net"](self.compute.noise(rng, (8, 4))) - 1).square().mean()

    def measure(self, networks):
        return {}

task = Task()
train(task, TrainConfig(steps=4, rate=0.1, every=2), Path(sys.argv[1]))
torch.save(task.networks.state_dict(), f"{sys.argv[1]}/rank-{task.compute.distributed.rank}.pt")
"""


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    (tmp_path / "train_together.py").write_text(SCRIPT)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "OMP_NUM_THREADS": "1"}
    process = subprocess.run(
        [*command, str(tmp_path / "train_together.py"), str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-2000:]
    one, other = (torch.load(tmp_path / f"rank-{rank}.pt") for rank in range(2))
    assert torch.equal(one["net.weight"], other["net.weight"])
    assert len((tmp_path / CURVE).read_text().splitlines()) == 2
