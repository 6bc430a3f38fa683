"""`JobTraining`: trains the model of a job in this process, and reports what happens."""

from dataclasses import replace
from pathlib import Path

import torch

from animator.jobs.attempt import ORPHAN_S, Attempt, Report, Send
from animator.jobs.job import JobPhase, JobProgress
from animator.jobs.messages import Ended, Order, Prepared, Previewed, WorkerOptions
from animator.jobs.trainings.draft import training_of
from animator.jobs.trainings.places import runs_of
from animator.models.device import compute_threads
from animator.runs.run_lock import wait_for_writer
from animator.runs.stop_token import StopToken
from animator.training.finetune.loop import TrainingStep
from animator.training.finetune.run import train_model
from animator.training.finetune.told import Reports, TrainingPhase, smoothed

_PHASES = {
    TrainingPhase.CLASS_IMAGES: JobPhase.CLASS_IMAGES,
    TrainingPhase.LOADING: JobPhase.LOADING,
    TrainingPhase.ENCODING_IMAGES: JobPhase.ENCODING_IMAGES,
    TrainingPhase.PREVIEWING: JobPhase.PREVIEWING,
}


class JobTraining(Attempt):
    """Trains the model of one order.

    Args:
        order: The order.
        options: Renders folder and threads.
        device: Device of the model.
        send: Takes the reports.
    """

    def __init__(self, order: Order, options: WorkerOptions, device: torch.device, send: Send) -> None:
        super().__init__(order, options.renders, send)
        self._device = device
        self._threads = options.threads

    def _work(self, report: Report, stop: StopToken) -> Ended:
        report.enter(JobPhase.PREPARING)
        checked = training_of(self._order.request)
        settings = checked.settings
        job, steps = self._order.job, settings.steps or 0
        folder = self._folder or runs_of(self._renders) / settings.name / job
        self._folder = folder
        self._send(Prepared(job, settings.name, folder, steps))
        wait_for_writer(folder, ORPHAN_S)
        self._begun = True
        told = _Told(report, job, steps, self._send)
        reports = Reports(told.enter, told.step, told.sheet)
        with compute_threads(self._threads):
            trained = train_model(checked, folder, device=self._device, reports=reports, stop=stop)
        if trained.result is None:
            return Ended(job, stopped=True)
        return Ended(job, (Path(trained.result),))


class _Told:
    """Turns what a training reports into the progress of its job."""

    def __init__(self, report: Report, job: str, steps: int, send: Send) -> None:
        self._report = report
        self._job = job
        self._send = send
        known = report.last
        done = known.done if known.frames == steps else 0
        self._trained = JobProgress(JobPhase.TRAINING, done, steps, loss=known.loss)

    def enter(self, phase: TrainingPhase, done: int, total: int) -> None:
        """Reports what is done before and between the steps; counted images are its own."""
        entered = replace(self._trained, phase=_PHASES[phase], seconds=0.0, rendered=0)
        if total > 1:
            entered = replace(entered, done=done, frames=total)
        self._report.advance(entered)

    def step(self, step: TrainingStep) -> None:
        """Reports a step."""
        self._trained = JobProgress(
            JobPhase.TRAINING,
            step.step,
            step.steps,
            step.seconds,
            step.step - step.first,
            loss=smoothed(self._trained.loss, step.loss),
        )
        self._report.advance(self._trained)

    def sheet(self, step: int) -> None:
        """Reports a sheet of previews."""
        self._send(Previewed(self._job, step))
        self._report.pass_on(self._trained)
