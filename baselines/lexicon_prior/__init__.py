"""A baseline that runs without weights: a lexicon routes the question, a prior map of the structure gives the mask."""

from baselines.lexicon_prior.runner import LexiconPrior

__all__ = ["LexiconPrior"]
