"""What can go wrong while dialogues are made from scans.

AuthoringError
├── DownloadError      a demo package could not be fetched or is not the expected file
└── SourceError        a source description, a scan or its labels are unusable
    └── OrientationError   the labels contradict the orientation that the scan states
"""


class AuthoringError(ValueError):
    """Base of all errors of this stage; the message names the place, the value and what was expected."""


class DownloadError(AuthoringError):
    """A package could not be fetched, or its checksum is not the recorded one."""


class SourceError(AuthoringError):
    """A source description, an image volume or a label volume is unusable."""


class OrientationError(SourceError):
    """A structure of the patient's right lies to the left of its counterpart, or the reverse."""
