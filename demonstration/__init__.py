"""The whole line on real scans, from download to ranked table, as `make demo` runs it."""

from demonstration.line import Places, run_demo

__all__ = ["Places", "run_demo"]
