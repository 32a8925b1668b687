"""MTurn-Seg: the schema of its rows, the `datasets` builder and helpers for training code.

A row is one dialogue over one CT or MRI slice: the image once, its turns in English and Chinese, masks as COCO RLE.
This file needs only `datasets` and numpy, so it can be copied beside a training script:

    dataset = load_dataset("mturn-seg", split="train")          # or "ORG/mturn-seg" from the Hub
    row = dataset[0]
    masks = decode_masks(row, "en")                             # bool [segmentation turns, height, width]
    chat = to_messages(row, "en")                               # {"images": [...], "messages": [...]}

Maintainers build the Parquet files from a release folder:

    MTurnSeg(data_dir="my-release").download_and_prepare("out", file_format="parquet")
"""

import array
import hashlib
import io

import datasets
import numpy as np

MODALITIES = ("CT", "MR")
SEQUENCES = ("NCCT", "CECT", "T1w", "T1ce", "T2w", "FLAIR", "PDw", "DWI", "ADC", "cine", "other")
REGIONS = ("head", "chest", "abdomen", "prostate", "spine", "other")
PLANES = ("axial", "coronal", "sagittal", "oblique")
SYSTEMS = (
    "nervous",
    "digestive",
    "respiratory",
    "musculoskeletal",
    "circulatory",
    "sensory",
    "urinary",
    "endocrine",
    "immune",
    "reproductive",
)
FACETS = ("clinical", "spatial", "history")
LANGUAGES = ("en", "zh")
SPLITS = ("train", "validation", "test")

# Public rows of this split keep their questions and lose everything that answers them.
HIDDEN_SPLIT = "test"
PREVIEW_SPLITS = ("train", "validation")
PREVIEW_ROWS = 24
PREVIEW_SIDE = 512
ROWS_PER_SHARD = 50
SHUFFLE_SEED = "mturn-seg"
COLOURS = ("#e6194b", "#3cb44b", "#4363d8", "#f58231", "#42d4f4", "#f032e6", "#bfef45", "#ffe119")

_TEXT = {"en": datasets.Value("string"), "zh": datasets.Value("string")}
_MASK = {"size": [datasets.Value("int32")], "counts": datasets.Value("string")}

_TURN = {
    "turn": datasets.Value("int32"),
    "kind": datasets.Value("string"),
    "question": _TEXT,
    "answer": _TEXT,
    "facets": [datasets.Value("string")],
    "target": datasets.Value("string"),
    "system": datasets.Value("string"),
    "refers_to": [datasets.Value("int32")],
    "mask": _MASK,
}

# Lists of structs are written [{...}]: datasets 3 and 5 both read that, and a null mask stays None.
FEATURES = datasets.Features(
    {
        "dialogue_id": datasets.Value("string"),
        "image_id": datasets.Value("string"),
        "image": datasets.Image(),
        "modality": datasets.Value("string"),
        "sequence": datasets.Value("string"),
        "region": datasets.Value("string"),
        "plane": datasets.Value("string"),
        "spacing_mm": [datasets.Value("float32")],
        "height": datasets.Value("int32"),
        "width": datasets.Value("int32"),
        "source": datasets.Value("string"),
        "patient_id": datasets.Value("string"),
        "slice_index": datasets.Value("int32"),
        "licence": datasets.Value("string"),
        "turns": [_TURN],
    }
)

# For the viewer: what a dialogue asks beside what is drawn, without the long mask strings.
PREVIEW_FEATURES = datasets.Features(
    {
        "dialogue_id": datasets.Value("string"),
        "image": datasets.Image(),
        "overlay": datasets.Image(),
        "modality": datasets.Value("string"),
        "sequence": datasets.Value("string"),
        "region": datasets.Value("string"),
        "plane": datasets.Value("string"),
        "turns": [
            {
                "turn": datasets.Value("int32"),
                "kind": datasets.Value("string"),
                "question": _TEXT,
                "answer": _TEXT,
                "target": datasets.Value("string"),
                "colour": datasets.Value("string"),
            }
        ],
    }
)


def segmentation_turns(row, language=None):
    """The turns of a row that ask for a mask, in order; with `language`, those asked in it.

    Returns a list of dicts: the turn's fields and `segmentation_turn`, its ordinal among them from 1.
    """
    asked = [turn for turn in row["turns"] if turn["kind"] == "segment" and _asked_in(turn, language)]
    return [{**turn, "segmentation_turn": ordinal} for ordinal, turn in enumerate(asked, start=1)]


def decode_masks(row, language=None):
    """The masks of segmentation_turns(row, language) as a bool array [turns, height, width].

    Raises ValueError for a row whose masks are withheld (the public test split).
    """
    turns = segmentation_turns(row, language)
    masks = np.zeros((len(turns), row["height"], row["width"]), dtype=bool)
    for index, turn in enumerate(turns):
        if turn["mask"] is None:
            raise ValueError(
                f"dialogue {row['dialogue_id']} turn {turn['turn']} has no mask: the public test split withholds them"
            )
        if list(turn["mask"]["size"]) != [row["height"], row["width"]]:
            raise ValueError(
                f"dialogue {row['dialogue_id']} turn {turn['turn']} has a mask of size {list(turn['mask']['size'])}; "
                f"expected [{row['height']}, {row['width']}]"
            )
        masks[index] = _decode(turn["mask"]["counts"], row["height"], row["width"])
    return masks


def to_messages(row, language, mask_token="[SEG]"):
    """A row as a chat in one language: {"images": [image], "messages": [{"role", "content"}, ...]}.

    The image stands in the first user message. Replies to segmentation turns end in `mask_token`, once for each mask of
    decode_masks(row, language); withheld replies are left out. Raises ValueError where no turn is in the language.
    """
    turns = [turn for turn in row["turns"] if _asked_in(turn, language)]
    if language not in LANGUAGES or not turns:
        raise ValueError(
            f"dialogue {row['dialogue_id']} has no turn in {language!r}; languages are {', '.join(LANGUAGES)}"
        )
    messages = []
    for turn in turns:
        content = [{"type": "text", "text": turn["question"][language]}]
        messages.append({"role": "user", "content": content if messages else [{"type": "image"}, *content]})
        answer = turn["answer"][language] if turn["answer"] is not None else None
        reply = " ".join(part for part in (answer, mask_token if turn["mask"] is not None else None) if part)
        if reply:
            messages.append({"role": "assistant", "content": [{"type": "text", "text": reply}]})
    return {"images": [row["image"]], "messages": messages}


def public_turn(turn):
    """A turn of the test split as the public may see it: its place, its kind and its question."""
    shown = ("turn", "kind", "question")
    return {field: turn[field] if field in shown else None for field in _TURN}


def public_order(dialogue_id):
    """A sort key that shuffles dialogues the same way everywhere and tells nothing of the order they came in."""
    return hashlib.sha256(f"{SHUFFLE_SEED}:{dialogue_id}".encode()).digest()[:8]


def make_row(dialogue, annotation, licence, image):
    """One row of FEATURES from a dialogue and an annotation (dicts of a release folder) and the PNG bytes of the image.

    Rows of the test split are redacted: no source, patient or slice, and of each turn public_turn alone.
    """
    hidden = dialogue["split"] == HIDDEN_SPLIT
    described = ("modality", "sequence", "region", "plane", "spacing_mm", "height", "width")
    identifying = ("source", "patient_id", "slice_index")
    return {
        "dialogue_id": dialogue["dialogue_id"],
        "image_id": dialogue["image_id"],
        "image": _embedded(image),
        **{field: annotation[field] for field in described},
        **{field: None if hidden else annotation[field] for field in identifying},
        "licence": licence,
        "turns": [public_turn(turn) if hidden else turn for turn in dialogue["turns"]],
    }


def make_preview_row(row):
    """One row of PREVIEW_FEATURES from a row of FEATURES whose masks are public."""
    asked = segmentation_turns(row)
    colours = {turn["turn"]: COLOURS[index % len(COLOURS)] for index, turn in enumerate(asked)}
    overlay = io.BytesIO()
    draw_overlay(row["image"]["bytes"], decode_masks(row)).save(overlay, format="PNG")
    kept = ("dialogue_id", "image", "modality", "sequence", "region", "plane")
    spoken = ("turn", "kind", "question", "answer", "target")
    return {
        **{field: row[field] for field in kept},
        "overlay": _embedded(overlay.getvalue()),
        "turns": [
            {**{field: turn[field] for field in spoken}, "colour": colours.get(turn["turn"])} for turn in row["turns"]
        ],
    }


def draw_overlay(image, masks, opacity=0.45):
    """A PIL RGB image of at most 512 pixels a side with the masks [N, height, width] laid over it in COLOURS, in order.

    `image` is a PIL image or the bytes of an image file.
    """
    from PIL import Image, ImageColor

    picture = Image.open(io.BytesIO(image)) if isinstance(image, bytes) else image
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float32).copy()
    for index, mask in enumerate(masks):
        colour = np.array(ImageColor.getrgb(COLOURS[index % len(COLOURS)]), dtype=np.float32)
        pixels[mask] = (1 - opacity) * pixels[mask] + opacity * colour
    drawn = Image.fromarray(pixels.round().astype(np.uint8))
    drawn.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return drawn


class MTurnSeg(datasets.GeneratorBasedBuilder):
    """Builds the rows from a release folder, given as `data_dir`; `preview` holds a few dialogues with masks drawn."""

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIGS = [  # noqa: RUF012 - the name and the type that `datasets` looks for
        datasets.BuilderConfig(name="default", version=VERSION, description="All dialogues."),
        datasets.BuilderConfig(name="preview", version=VERSION, description="A few dialogues with their masks drawn."),
    ]
    DEFAULT_CONFIG_NAME = "default"
    # An image takes a few hundred kB: the thousand rows of the library's default would fill the memory.
    DEFAULT_WRITER_BATCH_SIZE = 50

    def __init__(self, *args, data_dir=None, hash=None, **kwargs):
        # The cache is keyed by this hash: a changed release must not come back stale.
        if data_dir is not None:
            from release import open_release

            hash = open_release(data_dir).digest
        super().__init__(*args, data_dir=data_dir, hash=hash, **kwargs)

    def _info(self):
        preview = self.config.name == "preview"
        return datasets.DatasetInfo(
            description=self.config.description, features=PREVIEW_FEATURES if preview else FEATURES
        )

    def _split_generators(self, dl_manager):
        from release import read_release

        if self.config.data_dir is None:
            raise ValueError("data_dir is missing; expected the path of a release folder, the folder of release.json")
        release = read_release(self.config.data_dir)
        preview = self.config.name == "preview"
        places = dialogue_places(release)
        return [
            datasets.SplitGenerator(
                name=split,
                gen_kwargs={"release": release, "preview": preview, "shards": _shards(places[split], preview)},
            )
            for split in (PREVIEW_SPLITS if preview else SPLITS)
            if len(places[split])
        ]

    def _generate_examples(self, release, preview, shards):
        licences = {source.name: source.licence for source in release.header.sources}
        for shard in shards:
            for dialogue_at, annotation_at in shard.tolist():
                dialogue = release.dialogue_at(dialogue_at)
                annotation = release.annotation_at(annotation_at)
                licence = licences[annotation.source]
                row = make_row(dialogue.model_dump(), annotation.model_dump(), licence, release.image(annotation))
                yield dialogue.dialogue_id, make_preview_row(row) if preview else row


def dialogue_places(release):
    """Where the dialogues of each split stand in an opened release folder, in the order of the public rows.

    Returns {split: uint64 array [dialogues, 2]}: byte offsets of the dialogue and of its image's annotation.
    """
    annotations = {annotation.image_id: line.offset for line, annotation in release.numbered_annotations()}
    places = {split: array.array("Q") for split in SPLITS}
    for line, dialogue in release.numbered_dialogues():
        order = int.from_bytes(public_order(dialogue.dialogue_id), "big")
        places[dialogue.split].extend((order, line.offset, annotations[dialogue.image_id]))
    tables = {split: np.frombuffer(numbers, dtype=np.uint64).reshape(-1, 3) for split, numbers in places.items()}
    return {split: table[np.argsort(table[:, 0], kind="stable"), 1:] for split, table in tables.items()}


def _shards(places, preview):
    """The places of a split cut into units of work, which worker processes share out."""
    if preview:
        places = places[:PREVIEW_ROWS]
    return [places[start : start + ROWS_PER_SHARD] for start in range(0, len(places), ROWS_PER_SHARD)]


def _asked_in(turn, language):
    return language is None or turn["question"].get(language) is not None


def _embedded(image):
    # A path would publish the name of a local file.
    return {"bytes": image, "path": None}


def _decode(counts, height, width):
    """A bool array [height, width] from a COCO compressed RLE of this data set, whose masks were checked when built."""
    runs = []
    value = shift = 0
    for character in counts.encode("ascii"):
        group = character - 48
        value |= (group & 0x1F) << shift
        shift += 5
        if not group & 0x20:
            if group & 0x10:
                value -= 1 << shift
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    foreground = np.arange(len(runs)) % 2 == 1
    return np.repeat(foreground, runs).reshape(width, height).T
