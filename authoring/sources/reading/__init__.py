"""Readers: one module a format, each of which gives an image as its files hold it.

Nothing of a header but its geometry, and the names of segments, leaves this package: messages name the file and the
tag, never a value that could tell who the patient is.
"""
