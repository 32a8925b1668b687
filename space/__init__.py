"""The leaderboard as a web app. `space.app` holds the app itself; importing this package does not import Gradio."""

from space.settings import Settings, SpaceError

__all__ = ["Settings", "SpaceError"]
