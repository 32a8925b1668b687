"""The whole line on real scans, from download to ranked table, as `make demo` runs it."""
