"""The columns of a Parquet file by name and type: which of them are read, and what is wrong with the others."""

from __future__ import annotations

import pyarrow as pa

from leaderboard.files.columns import COLUMNS, EXPECTED, KNOWN, Columns
from leaderboard.problems import Problem, ProblemCollector, shorten

DIGEST_KEY = b"mturn_seg.digest"
_SHOWN = 20  # names of columns in a message


def read_schema(schema: pa.Schema, rows: int, problems: ProblemCollector) -> tuple[Columns, list[str]]:
    """Columns without arrays yet, and the names of those that can be read; every other one is a problem."""
    fields = _fields(schema)
    columns = Columns(rows=rows, arrays={}, fields={name: fields.get(name, name) for name in COLUMNS})
    columns.digest = _digest(schema)
    columns.notes = _notes(schema)
    usable = []
    for name in COLUMNS:
        problem = _problem(schema, name, fields.get(name))
        if problem is None:
            usable.append(name)
        else:
            problems.add(problem)
    return columns, usable


def _problem(schema: pa.Schema, name: str, path: str | None) -> Problem | None:
    if path is None:
        return Problem(
            kind="missing_column",
            field=name,
            value=f"missing among {_shown_names(schema)}",
            expected=f"a column {name!r} that holds {EXPECTED[name]}",
        )
    # Arrow finds what is inside a column by its path, so a dot in a name could mean two columns as well.
    top = path.split(".")[0]
    dotted = [other for other in schema.names if other.startswith(top + ".")]
    if dotted or schema.names.count(top) > 1:
        expected = f"one column of this name; rename or drop {_listed(dotted)}" if dotted else "one column of this name"
        return Problem(kind="duplicate_column", field=name, value=_shown_names(schema), expected=expected)
    kind = type_of(schema, path)
    return None if _type_fits(name, kind) else _wrong_type(name, path, kind)


def _fields(schema: pa.Schema) -> dict[str, str]:
    """Column name -> its path in the file; flat columns win over those inside `mask`."""
    fields = {name: name for name in COLUMNS if name in schema.names}
    if "mask" in schema.names and pa.types.is_struct(mask := schema.field(schema.names.index("mask")).type):
        inside = {mask.field(index).name for index in range(mask.num_fields)}
        for name in ("size", "counts"):
            if name not in fields and name in inside:
                fields[name] = f"mask.{name}"
    return fields


def type_of(schema: pa.Schema, path: str) -> pa.DataType:
    """The type of the column at a path ("turn", "mask.size")."""
    parts = path.split(".")
    kind = schema.field(schema.names.index(parts[0])).type
    return kind.field(parts[1]).type if len(parts) == 2 else kind


def _type_fits(name: str, kind: pa.DataType) -> bool:
    types = pa.types
    if name == "turn":
        return types.is_integer(kind)
    if name == "size":
        is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
        return is_list and types.is_integer(kind.value_type)
    return _is_text(kind.value_type if types.is_dictionary(kind) else kind)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _wrong_type(name: str, path: str, kind: pa.DataType) -> Problem:
    value_type = kind.value_type if pa.types.is_dictionary(kind) else kind
    expected = EXPECTED[name]
    if pa.types.is_binary(value_type) or pa.types.is_large_binary(value_type):
        expected += "; bytes become text with .decode('ascii')"
    return Problem(
        kind="wrong_type", field=path, value=f"column of {shorten(str(kind)).strip(chr(39))}", expected=expected
    )


def _digest(schema: pa.Schema) -> str | None:
    value = (schema.metadata or {}).get(DIGEST_KEY)
    return None if value is None else value.decode("utf-8", "replace")


def _notes(schema: pa.Schema) -> list[str]:
    extra = sorted(set(schema.names) - KNOWN)
    notes = [f"columns that are not used: {_listed(extra)}"] if extra else []
    if "mask" in schema.names and {"size", "counts"} & set(schema.names):
        notes.append("size or counts stand both in the row and inside mask; those of the row are used")
    return notes


def _shown_names(schema: pa.Schema) -> str:
    return "columns " + _listed(schema.names)


def _listed(names: list[str]) -> str:
    return ", ".join(shorten(name) for name in names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
