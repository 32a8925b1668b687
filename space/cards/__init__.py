"""Pieces of HTML for the page, one module a subject. `html` is the only one that escapes; the others go through it."""
