"""Words shown for the ids of the engine."""

from __future__ import annotations

TRACKS = {
    "en-single": "English · single turn",
    "en-multi": "English · multi turn",
    "zh-single": "Chinese · single turn",
    "zh-multi": "Chinese · multi turn",
}
HISTORY_MODES = {
    "own": "its own masks and replies",
    "none": "nothing: every turn is asked alone",
    "text_gt_mask_own": "the true words and its own masks (not ranked)",
    "gt": "the true words and masks (not ranked)",
}
NO_SCORE = "–"
