"""A small OpenAI-compatible server for tests: answers each request as a test scripts it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What the last line but one of the prompts is followed by.
ASKED = ("Question:\n", "问题：\n")


@dataclass
class Reply:
    """What to send: a status, a text (None: a body that is no JSON), headers, and the seconds to wait before."""

    text: str | None = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0


Script = Callable[[str, int], Reply | str]


@dataclass
class Server:
    """A running server: its URL and the requests it got, as (question, which time it was asked, body, headers by their
    names in lower case)."""

    url: str
    requests: list[tuple[str, int, dict, dict]]

    def asked(self) -> list[str]:
        """The questions in the order in which they came."""
        return [request[0] for request in self.requests]


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    """Serves /v1/chat/completions while the block runs; `script` takes the question and which time it is asked."""
    requests: list[tuple[str, int, dict, dict]] = []
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            content = body["messages"][-1]["content"]
            question = next(content.partition(mark)[2] for mark in ASKED if mark in content).strip()
            with lock:
                times = 1 + sum(1 for earlier in requests if earlier[0] == question)
                requests.append(
                    (
                        question,
                        times,
                        {"path": self.path, **body},
                        {name.lower(): value for name, value in self.headers.items()},
                    )
                )
            answer = script(question, times)
            self._send(answer if isinstance(answer, Reply) else Reply(answer))

        def _send(self, reply: Reply):
            time.sleep(reply.after)
            content = b"<html>out of order" if reply.text is None else json.dumps(_completion(reply.text)).encode()
            try:
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                # The client has given up waiting.
                pass

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}/v1", requests)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _completion(text: str) -> dict:
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "tested",
        "system_fingerprint": "",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 60, "completion_tokens": 40, "total_tokens": 100},
    }
