"""DIS takes the place of RAFT in imported films where RAFT is not there."""

import logging
from dataclasses import replace

from animator.core.log_collector import warn_once
from animator.core.permissions import permissions
from animator.models.flow.find_raft import RAFT
from animator.presets.checks import library_of
from animator.settings import Animation
from animator.settings.inputs import raft_settings
from animator.settings.raw import RawPreset, merge, nested

STAND_IN = "DIS Fine"

log = logging.getLogger(__name__)


def with_flow_that_is_there(draft: RawPreset, film: Animation) -> RawPreset:
    """Returns a draft with DIS in place of RAFT, where an imported file has it and its weights are missing.

    Deforum's settings files have RAFT by default, whoever made them. Where a person chose it, it is an error.

    Args:
        draft: The settings.
        film: The film of them.
    """
    settings = [tuple(name.split(".")) for name in raft_settings(film)]
    asked = [setting for setting in settings if setting in draft.imported]
    if not asked or film.flow.raft or permissions().stand_ins or RAFT.may_download:
        return draft
    if RAFT.find(library_of(draft.values).folders) is not None:
        return draft
    for setting in asked:
        name = ".".join(setting)
        warn_once(log, "%s: the weights of RAFT are not here; %s takes its place", name, STAND_IN)
        own = RawPreset(draft.source, nested(setting, STAND_IN), {setting: draft.where(setting)})
        draft = merge(own, replace(draft, imported=draft.imported - {setting}))
    return draft
