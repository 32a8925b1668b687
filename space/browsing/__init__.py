"""Browsing the public data set: an index of its dialogues that is searched in memory, and single dialogues read when
they are asked for. Neither reads the images or the masks of the whole data set.
"""

from space.browsing.dialogues import Dialogues
from space.browsing.index import Filters
from space.browsing.reading import Dialogue, Turn
from space.browsing.shards import BrowsingError
from space.browsing.summary import SplitSummary, Summary

__all__ = ["BrowsingError", "Dialogue", "Dialogues", "Filters", "SplitSummary", "Summary", "Turn"]
