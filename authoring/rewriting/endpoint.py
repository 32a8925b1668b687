"""Asks a model behind an OpenAI-compatible endpoint, politely: it waits where the server asks for it."""

import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from httpx2 import HTTPError
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError, InferenceTimeoutError

from authoring.rewriting.cache import Asked
from authoring.rewriting.errors import EndpointError
from authoring.rewriting.prompts import filled

TEMPERATURE = 0.8
#: Tokens that an answer may take: questions are short.
MAX_TOKENS = 400
#: Tries of one request, and the wait in seconds before the second, which doubles with each try up to the longest.
TRIES, FIRST_WAIT, LONGEST_WAIT = 6, 1.0, 60.0
#: Sent where there is no token: left alone, the client would send the user's own Hugging Face token to any server.
NO_TOKEN = "none"


@dataclass(frozen=True)
class Endpoint:
    """Where the model is: the base URL (such as http://localhost:8000/v1), its name there, and the token or None.

    `timeout` and `first_wait` in seconds.
    """

    url: str
    model: str
    token: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    first_wait: float = FIRST_WAIT

    def __post_init__(self):
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).netloc:
            raise EndpointError(f"endpoint is {self.url!r}; expected a URL such as http://localhost:8000/v1")


class Asker:
    """Puts questions to an endpoint; safe in several threads. When one has to wait, all do."""

    def __init__(self, endpoint: Endpoint):
        self._endpoint = endpoint
        self._client = InferenceClient(
            base_url=endpoint.url, api_key=endpoint.token or NO_TOKEN, timeout=endpoint.timeout
        )
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._resume_at = 0.0

    def stop(self) -> None:
        """Ends every wait: what is being asked fails with EndpointError."""
        self._stopped.set()

    def ask(self, asked: Asked) -> tuple[str, int]:
        """The model's answer and the tokens that it took, 0 where the server does not tell.

        Raises EndpointError where the server refuses (another 4xx than 408, 425 or 429), or where every try failed.
        """
        wait, tried = self._endpoint.first_wait, 0
        while True:
            self._pause()
            try:
                return self._once(asked)
            except _PassingError as problem:
                tried += 1
                if tried == TRIES:
                    told = f"no answer after {TRIES} tries: {problem}; run again to go on"
                    raise EndpointError(f"{self._endpoint.url}: {told}") from None
                self._rest(wait if problem.after is None else problem.after)
                wait = min(2 * wait, LONGEST_WAIT)

    def _once(self, asked: Asked) -> tuple[str, int]:
        try:
            reply = self._client.chat_completion(
                [{"role": "user", "content": filled(asked.language, asked.text)}],
                model=self._endpoint.model,
                max_tokens=MAX_TOKENS,
                temperature=TEMPERATURE,
                seed=asked.seed + asked.attempt - 1,
            )
            answer = reply.choices[0].message.content or ""
            return answer.strip(), int(getattr(reply.usage, "total_tokens", 0) or 0)
        except InferenceTimeoutError:
            raise _PassingError(f"no answer in {self._endpoint.timeout:g} s") from None
        except HfHubHTTPError as error:
            status = error.response.status_code
            if status >= 500 or status in (408, 425, 429):
                raise _PassingError(f"status {status}", _retry_after(error.response.headers)) from None
            raise EndpointError(
                f"{self._endpoint.url}: status {status}, model {self._endpoint.model!r}: {error.response.text[:200]}; "
                "expected an OpenAI-compatible endpoint, a model that it has, and a token that it takes"
            ) from None
        except (HTTPError, OSError) as error:
            raise _PassingError(f"{type(error).__name__}: {error}") from None
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise _PassingError(f"an answer that is no chat completion ({type(error).__name__})") from None

    def _rest(self, seconds: float) -> None:
        with self._lock:
            self._resume_at = max(self._resume_at, time.monotonic() + min(seconds, LONGEST_WAIT))

    def _pause(self) -> None:
        while (left := self._resume_at - time.monotonic()) > 0 and not self._stopped.is_set():
            self._stopped.wait(left)
        if self._stopped.is_set():
            raise EndpointError("stopped")


class _PassingError(Exception):
    """A request failed in a way that passes; `after` seconds the server would like to be asked again, or None."""

    def __init__(self, message: str, after: float | None = None):
        super().__init__(message)
        self.after = after


def _retry_after(headers) -> float | None:
    """Seconds that the server asks to wait; None where it does not say so as a number."""
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None
