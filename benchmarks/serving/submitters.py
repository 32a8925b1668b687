"""People who submit one file after another by script, each file another one. Run in a process of its own."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

_MARK = "mturn_seg.copy"
_NUMBER = "copy-{:012d}"
_ERROR_LENGTH = 300


@dataclass
class Sent:
    """Every submission that was answered as scored, and every one that was not."""

    ids: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # from sending the file until the answer with its scores
    errors: list[str] = field(default_factory=list)


def write_template(predictions: Path, template: Path) -> None:
    """The predictions with a number in the file's metadata, which `copy_of` changes without reading the masks."""
    table = pq.read_table(predictions)
    metadata = {**(table.schema.metadata or {}), _MARK: _NUMBER.format(0)}
    pq.write_table(table.replace_schema_metadata(metadata), template, compression="zstd")


def copy_of(template: bytes, number: int) -> bytes:
    """The same predictions as another file: other bytes, so another submission. number: from 1."""
    return template.replace(_NUMBER.format(0).encode(), _NUMBER.format(number).encode())


def submit(address: str, template: str, folder: str, submitters: int, seconds: float) -> dict[str, Any]:
    """So many submitters, who begin a next submission while `seconds` last; a Sent as a dict."""
    content, numbers, sent = Path(template).read_bytes(), count(1), Sent()
    end = time.perf_counter() + seconds
    with ThreadPoolExecutor(submitters) as pool:
        for number in range(submitters):
            pool.submit(_keep_submitting, address, content, Path(folder) / f"{number}.parquet", numbers, end, sent)
    return asdict(sent)


def _keep_submitting(address: str, content: bytes, file: Path, numbers: count, end: float, sent: Sent) -> None:
    from gradio_client import Client, handle_file

    try:
        client = Client(address, verbose=False, analytics_enabled=False)
        while time.perf_counter() < end:
            number = next(numbers)
            file.write_bytes(copy_of(content, number))
            begin = time.perf_counter()
            answer = client.predict(
                handle_file(file), model=f"Load {number}", signed="The benchmark", api_name="/submit"
            )
            if answer.get("state") == "scored":
                sent.seconds.append(time.perf_counter() - begin)
                sent.ids.append(answer["submission"])
            else:
                sent.errors.append(f"submission {number}: {answer}"[:_ERROR_LENGTH])
    except Exception as error:  # told in the report, whatever it was
        sent.errors.append(f"{type(error).__name__}: {error}"[:_ERROR_LENGTH])
