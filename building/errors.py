"""What cannot be built.

ValueError
└── BuildError        a place that cannot be written to, a release that may not be passed on so, or a build that came
                      out other than the release
"""


class BuildError(ValueError):
    """A data set that cannot be built where or as it was asked for."""
