"""The review page: one question after another, beside its image, on this computer only."""

from authoring.reviewing.page.app import make_app
from authoring.reviewing.page.serving import serve

__all__ = ["make_app", "serve"]
