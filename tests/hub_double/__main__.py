"""A double in a process of its own: prints its address and runs until its input is closed.

python -m tests.hub_double TOKEN NAME [ORGANISATION ...]
"""

from __future__ import annotations

import sys

from tests.hub_double.server import HubDouble


def main(token: str, name: str, *organisations: str) -> None:
    with HubDouble() as double:
        double.add_account(token, name, organisations)
        print(double.endpoint, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
