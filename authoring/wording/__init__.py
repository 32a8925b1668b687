"""Puts planned questions and answers into English and Chinese sentences."""

from authoring.wording.answers import answer_text, fact_text
from authoring.wording.questions import question_text

__all__ = ["answer_text", "fact_text", "question_text"]
