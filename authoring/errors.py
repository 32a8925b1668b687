"""What can go wrong while dialogues are made from scans.

AuthoringError
├── DownloadError      a demo package could not be fetched or is not the expected file
├── ReviewError        decisions of reviewers that cannot be read, or not be applied to this release
└── SourceError        a source description, a scan or its labels are unusable
    ├── OrientationError   the labels contradict the orientation that the scan states
    ├── PrivacyError       a DICOM file may identify a person
    └── DuplicateError     the same scan stands under two patients or in two splits
"""


class AuthoringError(ValueError):
    """Base of all errors of this stage; the message names the place, the value and what was expected."""


class DownloadError(AuthoringError):
    """A package could not be fetched, or its checksum is not the recorded one."""


class ReviewError(AuthoringError):
    """Decisions of reviewers cannot be read, contradict each other or do not fit the release."""


class SourceError(AuthoringError):
    """A source description, an image volume or a label volume is unusable."""


class OrientationError(SourceError):
    """A structure of the patient's right lies to the left of its counterpart, or the reverse."""


class PrivacyError(SourceError):
    """A DICOM file has text in its pixels, or nobody declares that it was de-identified."""


class DuplicateError(SourceError):
    """The same scan stands under two patients or in two splits."""
