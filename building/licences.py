"""Whether what a release holds may be built into a folder that is meant for others."""

from __future__ import annotations

from collections.abc import Collection

from building.errors import BuildError
from release import Release, ReleaseFolder
from release.licences import licence_problems
from release.reader import RESTORING

_WAYS_OUT = (
    "expected another licence of the whole, a release without these sources, one without images (author "
    "--withhold-images), or a build for yourself alone (build --own-use); see docs/licences.md"
)


def refuse_unlicensed(release: ReleaseFolder, checked: Collection[str], own_use: bool) -> None:
    """Raises BuildError for a release without its images, and for one that may not be passed on as it is.

    `checked` are names of sources whose licence a person has read where it is not known here; `own_use` says that the
    data set is not going to be passed on, so that no licence is looked at.
    """
    header = release.header
    _refuse_unknown(checked, header)
    problems = [] if own_use else list(licence_problems(header, checked))
    if problems:
        told = "\n  ".join(problems)
        raise BuildError(f"{release.folder} may not be passed on under {header.licence}\n  {told}\n{_WAYS_OUT}")
    if header.images == "withheld":
        raise BuildError(f"{release.folder} withholds its images, and a data set needs them; {RESTORING}")


def _refuse_unknown(checked: Collection[str], header: Release) -> None:
    names = {source.name for source in header.sources}
    if unknown := sorted(set(checked) - names):
        raise BuildError(
            f"licence of {', '.join(unknown)} checked, which the release does not have; expected sources of "
            f"{', '.join(sorted(names))}"
        )
