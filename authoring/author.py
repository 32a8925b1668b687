"""From labelled scans to a release folder: the stage's main function."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from authoring import shards
from authoring.anatomy.authorship import authorship
from authoring.drafting import Wanted, case_stream, draft_case
from authoring.errors import AuthoringError, SourceError
from authoring.shards import Shards, write_shard
from authoring.sources.catalogue import Case, SourceDescription, readable
from authoring.sources.discovery import cases_of
from authoring.sources.duplicates import Duplicates
from release import Release, Source, Texts, refuse_foreign, write_release
from release.licences import licence_problems

#: Ordinals are known up to here: no dialogue is longer.
MOST_TURNS = 12

Warn = Callable[[str], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Header:
    """What a release says of itself: name, version (1.2.3), date (YYYY-MM-DD) and the licence of the whole."""

    name: str
    version: str
    created: str
    licence: str


@dataclass(frozen=True)
class Options:
    """How to author.

    `turns` maps numbers of turns to their share of the dialogues (None: as published for the benchmark);
    `dialogues_per_image` is how many an image gets, if it supports so many; `withhold_images` writes annotations with
    the sha256 of the images, but no images; `faulty` says what becomes of a case that cannot be used: it stops the
    work, or it is named, counted and skipped; `workers` is the number of processes.
    """

    turns: Mapping[int, float] | None = None
    dialogues_per_image: int | None = None
    withhold_images: bool = False
    faulty: Literal["refuse", "skip"] = "refuse"
    workers: int = 1

    def __post_init__(self) -> None:
        turns = self.turns
        if turns is not None and not (
            turns and set(turns) <= set(range(1, MOST_TURNS + 1)) and min(turns.values()) >= 0 < sum(turns.values())
        ):
            raise AuthoringError(f"turns is {dict(turns)}; expected shares of 1 to {MOST_TURNS} turns, not all 0")
        for name in ("dialogues_per_image", "workers"):
            if (value := getattr(self, name)) is not None and value < 1:
                raise AuthoringError(f"{name} is {value}; expected 1 or more")


@dataclass(frozen=True)
class _Job:
    """One case to be drafted, and where its shard goes."""

    source: SourceDescription
    case: Case
    folder: Path
    wanted: Wanted
    place: Path

    @property
    def name(self) -> str:
        return f"{self.source.name}, {self.case.key}"


def author(
    sources: Sequence[tuple[SourceDescription, Path]],
    out: Path,
    header: Header,
    *,
    seed: int = 0,
    options: Options = Options(),
    progress: Progress = lambda done, total: None,
    warn: Warn = lambda message: None,
) -> Path:
    """Writes dialogues over every case of `sources` (description, folder of its files) to the release folder `out`.

    The same scans, descriptions, options and seed give the same bytes with any number of workers. Whoever knows the
    seed and the sources can tell which id is whose, so a release with a private test split takes a seed that stays
    private, too. Finished cases are kept beside `out` until the whole is written: a run that was stopped goes on where
    it was. `progress` is called with (cases done, cases in all), `warn` with what a reader of the log should know.

    Raises SourceError for unusable scans or labels (unless they are skipped), for a patient in two splits, for the same
    scan under two patients, for a header that is not valid, and where not one question can be asked.
    """
    release = _release(sources, header, options)
    for problem in licence_problems(release):
        warn(problem)
    out = Path(out).absolute()
    refuse_foreign(out)
    with Shards(out.parent / f".{out.name}.authoring") as kept:
        return _author(sources, out, release, kept, seed, options, progress, warn)


def _author(
    sources: Sequence[tuple[SourceDescription, Path]],
    out: Path,
    release: Release,
    kept: Shards,
    seed: int,
    options: Options,
    progress: Progress,
    warn: Warn,
) -> Path:
    jobs = _jobs(sources, kept, seed, options)
    _draft_all(jobs, options, progress, warn)
    finished = [job for job in jobs if job.place.is_dir()]
    _check_prints(finished, warn)
    for job in finished:
        for remark in shards.remarks(job.place):
            warn(f"{job.name}: {remark}")
    if not any(True for job in finished for _ in shards.records(job.place, "dialogues")):
        kept.remove()
        raise SourceError("no slice of any case supports a question with exactly one answer; nothing was written")
    written = write_release(
        out,
        _all(finished, "annotations"),
        _all(finished, "dialogues"),
        (item for job in finished for item in shards.images(job.place)),
        release,
        _all(finished, "origins"),
    )
    kept.remove()
    return written


def _release(sources: Sequence[tuple[SourceDescription, Path]], header: Header, options: Options) -> Release:
    public = {"name", "title", "licence", "licence_url", "citation", "url", "redistribute"}
    try:
        return Release(
            name=header.name,
            version=header.version,
            created=header.created,
            languages=["en", "zh"],
            licence=header.licence,
            sources=[Source(**source.model_dump(include=public)) for source, _ in sources],
            texts=Texts(
                written_by=authorship(),
                rewritten_by=None,
                reviewed=None,
            ),
            images="withheld" if options.withhold_images else "included",
        )
    except ValidationError as error:
        raise SourceError(f"the release's header: {readable(error)}") from None


def _jobs(sources: Sequence[tuple[SourceDescription, Path]], kept: Shards, seed: int, options: Options) -> list[_Job]:
    """Every case of every source. Raises SourceError for a source given twice and for a patient in two splits."""
    names = [source.name for source, _ in sources]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SourceError(f"{', '.join(twice)} given twice; expected each source once")
    splits: dict[str, str] = {}
    jobs = []
    for source, folder in sources:
        for case in cases_of(source, folder, split_seed=seed):
            split = splits.setdefault(case.patient, case.split)
            if split != case.split:
                raise SourceError(
                    f"{source.name}, case {case.key}: patient {case.patient!r} is in split {case.split!r}, but another "
                    f"case of the same patient is in {split!r}; expected one split for each patient"
                )
            wanted = Wanted(
                seed=seed,
                patient=case_stream(seed, "patient", case.patient).bytes(8).hex(),
                turns=options.turns,
                dialogues_per_image=options.dialogues_per_image,
                withhold_images=options.withhold_images,
            )
            jobs.append(_Job(source, case, folder, wanted, kept.place(source, case, folder, wanted)))
    return jobs


def _draft_all(jobs: Sequence[_Job], options: Options, progress: Progress, warn: Warn) -> None:
    """Drafts every case whose shard is not there yet."""
    waiting = [job for job in jobs if not job.place.is_dir()]
    done = len(jobs) - len(waiting)
    progress(done, len(jobs))
    faults: Counter[str] = Counter()
    for job, fault in _faults(waiting, options.workers):
        if fault is not None:
            if options.faulty == "refuse":
                raise fault
            warn(f"skipped {job.name}: {fault}")
            faults[type(fault).__name__] += 1
        done += 1
        progress(done, len(jobs))
    if faults:
        warn(f"skipped {faults.total()} of {len(jobs)} cases: {', '.join(f'{n} {name}' for name, n in faults.items())}")


def _faults(jobs: Sequence[_Job], workers: int) -> Iterator[tuple[_Job, SourceError | None]]:
    """Drafts the jobs, in this process or in others, and tells of each what was wrong with it."""
    if workers == 1:
        yield from ((job, _draft(job)) for job in jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(_draft, job): job for job in jobs}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool:
            raise AuthoringError(
                "a worker process ended without an answer, killed or out of memory; finished cases are kept: run "
                "again, with fewer workers where memory is short"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _draft(job: _Job) -> SourceError | None:
    try:
        write_shard(draft_case(job.source, job.case, job.folder, job.wanted), job.place)
    except SourceError as error:
        return error
    except Exception as error:
        error.add_note(f"while authoring {job.name}")
        raise
    return None


def _check_prints(jobs: Sequence[_Job], warn: Warn) -> None:
    """Raises DuplicateError where the same scan stands under two patients or in two splits."""
    known = Duplicates()
    for job in jobs:
        load = partial(shards.fingerprint_of, job.place)
        if remark := known.add(job.name, job.case.patient, job.case.split, load):
            warn(f"{job.name}: {remark}")


def _all(jobs: Sequence[_Job], name: str) -> Iterator:
    return (record for job in jobs for record in shards.records(job.place, name))
