"""What can go wrong while questions are reworded.

AuthoringError
└── RewritingError       the release, the kept rewrites or the settings are unusable
    └── EndpointError    the endpoint refuses, or stays out of order after every try
"""

from authoring.errors import AuthoringError


class RewritingError(AuthoringError):
    """A release, a file of kept rewrites or a setting is unusable for rewriting."""


class EndpointError(RewritingError):
    """The endpoint refused a request, or did not answer one after every try; answers so far are kept."""
