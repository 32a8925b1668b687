"""From a release folder to the folder that goes to the Hub, and to the truth that stays at home."""

from building.build import Built, build
from building.errors import BuildError

__all__ = ["BuildError", "Built", "build"]
