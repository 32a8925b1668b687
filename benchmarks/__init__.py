"""Measurements: each module prints a table and keeps its section of RESULTS.md."""
