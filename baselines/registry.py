"""The runners by name. A runner's module is imported when it is asked for: some need torch, some need weights."""

import importlib
import inspect

from baselines.protocol import Runner, UnknownRunnerError

# name: (module, factory, what it is)
_RUNNERS = {
    "empty": ("baselines.empty", "Empty", "never segments anything: the floor of every table"),
    "lexicon-prior": (
        "baselines.lexicon_prior",
        "LexiconPrior.load",
        "routes a question to a structure by its words and predicts where the train split has that structure",
    ),
}


def available() -> dict[str, str]:
    """The names of all runners, each with a line on what it is."""
    return {name: about for name, (_, _, about) in _RUNNERS.items()}


def create(name: str, **options: object) -> Runner:
    """The runner `name`; `options` go to its factory (lexicon-prior: path, the folder of its fit).

    Raises UnknownRunnerError for an unknown name and for options that the runner does not take.
    """
    if name not in _RUNNERS:
        raise UnknownRunnerError(f"runner {name!r}, expected one of {', '.join(_RUNNERS)}")
    module, attributes, _ = _RUNNERS[name]
    factory = importlib.import_module(module)
    for attribute in attributes.split("."):
        factory = getattr(factory, attribute)
    signature = inspect.signature(factory)
    try:
        signature.bind(**options)
    except TypeError as error:
        message = f"runner {name}: options {sorted(options)}, expected {sorted(signature.parameters)} ({error})"
        raise UnknownRunnerError(message) from error
    return factory(**options)
