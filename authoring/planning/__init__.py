"""Plans dialogues over a scene: which question, about which structure, in which order.

Every planned question has been proven to have one answer (proof.py).
"""

from authoring.planning.dialogues import Planner
from authoring.planning.questions import Question, TextQuestion, possible_question

__all__ = ["Planner", "Question", "TextQuestion", "possible_question"]
