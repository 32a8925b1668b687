"""The floor of every table: a runner that never segments anything."""

from collections.abc import Mapping

import numpy as np

from baselines.protocol import Capabilities, Image, Request, Response


class Empty:
    """Answers every turn with an empty mask of the image's size."""

    name = "empty"
    capabilities = Capabilities(uses_text_history=False, uses_mask_history=False, languages=("en", "zh"))
    config: Mapping[str, object] = {}

    def open(self, image: Image, language: str) -> "EmptySession":
        return EmptySession(image.size)


class EmptySession:
    def __init__(self, size: tuple[int, int]):
        self._size = size

    def respond(self, request: Request) -> Response:
        return Response(np.zeros(self._size, dtype=bool), status="empty")
