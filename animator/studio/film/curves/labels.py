"""The texts of the editor of curves."""

from animator.studio.labels import Translate


def editor_labels(t: Translate) -> dict[str, str]:
    """Returns the texts that the browser fills in, by their names there."""
    return {
        "key": t("{path}: key {index} of {count}, frame {frame}, value {value}"),
        "formulaKey": t("{path}: key {index} of {count}, frame {frame}, formula {formula}, value {value}"),
        "textKey": t("{path}: key {index} of {count}, frame {frame}, text {text}"),
        "curve": t("{path} at {place}: {value}"),
        "place": t("frame {frame} · {seconds} s"),
        "placeWithBeat": t("frame {frame} · {seconds} s · beat {beat}"),
        "manyKeys": t("{count} keys; zoom in to edit them"),
        "hide": t("Hide {path}"),
        "overlay": t("All curves, each in its own range"),
        "cursor": t("Frame of the cursor"),
        "sound": t("Sound"),
        "table": t("Values as a table"),
        "frame": t("Frame"),
    }
