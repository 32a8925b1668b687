"""A strict reader of Thrift's compact protocol, in which Parquet writes its footer and its page headers.

It exists to look before Arrow does: Arrow believes what a header says, makes room for it, and ends the process on some
footers. What a writer never does (fields out of order, numbers in more bytes than their type can need) is refused, so
that no two readers can understand the same bytes differently.
"""

from __future__ import annotations

from typing import Any

I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
_BOOLEANS, _BYTE, _I16, _DOUBLE, _SET, _MAP = (1, 2), 3, 4, 7, 10, 11
_INTEGERS = {_I16: 16, I32: 32, I64: 64}
_DEEPEST = 24
_STRUCT_COST = 8  # a struct becomes an object of up to a kilobyte, whatever its length here

# What to read: I32, I64 or BINARY for such a value, a list of one item for a list of such, a dict from field numbers
# to such for a struct. Everything that is not named is stepped over.
Wanted = Any


class Malformed(ValueError):  # noqa: N818 - the word for it
    """No compact Thrift, or none that a writer of Parquet makes."""


class CutOff(Malformed):
    """The bytes end before the struct does."""


class TooMany(Malformed):
    """The struct has more parts than it may have."""


def read_struct(data: bytes, wanted: dict[int, Wanted], most: int = 10_000) -> tuple[dict[int, Any], int]:
    """The wanted fields of the struct at the start of `data` that it has, and its length. Raises Malformed.

    most: what it may cost; a struct in a list costs 8, any other element of a list or map 1.
    """
    try:
        return _Reader(data, most).struct(0, wanted, 0)
    except IndexError:
        raise CutOff(f"ends after {len(data)} bytes") from None


class _Reader:
    """Methods take where a value begins and return where it ends. An IndexError is the end of the data."""

    def __init__(self, data: bytes, most: int):
        self.data, self.left = data, most

    def struct(self, at: int, wanted: dict[int, Wanted], depth: int) -> tuple[dict[int, Any], int]:
        values: dict[int, Any] = {}
        field = 0
        while head := self.data[at]:
            field, at = self.field(at, field)
            if field in wanted:
                values[field], at = self.value(at, head & 15, wanted[field], depth + 1)
            else:
                at = self.skip(at, head & 15, depth + 1)
        return values, at + 1

    def field(self, at: int, last: int) -> tuple[int, int]:
        """Number of the field whose head is at `at`, and where its value begins."""
        step = self.data[at] >> 4
        if step:
            return last + step, at + 1
        number, at = self.varint(at + 1)
        number = (number >> 1) ^ -(number & 1)
        if not last < number < 2**15:
            raise Malformed(f"field {number} follows field {last}")
        return number, at

    def value(self, at: int, kind: int, wanted: Wanted, depth: int) -> tuple[Any, int]:
        expected = STRUCT if isinstance(wanted, dict) else LIST if isinstance(wanted, list) else wanted
        if kind != expected:
            raise Malformed(f"a value of type {kind} in place of type {expected}")
        if kind == STRUCT:
            return self.struct(at, wanted, depth)
        if kind == LIST:
            inner, length, at = self.list_head(at)
            values = []
            for _ in range(length):
                value, at = self.value(at, inner, wanted[0], depth + 1)
                values.append(value)
            return values, at
        number, end = self.varint(at)
        if kind == BINARY:
            return self.data[end : self.inside(end + number)], end + number
        bits = _INTEGERS[kind]
        if number >> bits:
            raise Malformed(f"a number of more than {bits} bits")
        return (number >> 1) ^ -(number & 1), end

    def skip(self, at: int, kind: int, depth: int) -> int:
        if kind in _INTEGERS:
            return self.varint(at)[1]
        if kind in _BOOLEANS:
            return at  # the type says which
        if kind == BINARY:
            length, at = self.varint(at)
            return self.inside(at + length)
        if depth > _DEEPEST:
            raise Malformed(f"nested more than {_DEEPEST} deep")
        if kind == STRUCT:
            field = 0
            while head := self.data[at]:
                field, at = self.field(at, field)
                at = self.skip(at, head & 15, depth + 1)
            return at + 1
        if kind in (LIST, _SET):
            inner, length, at = self.list_head(at)
            for _ in range(length):
                at = self.skip_element(at, inner, depth)
            return at
        if kind == _MAP:
            return self.skip_map(at, depth)
        if kind in (_BYTE, _DOUBLE):
            return self.inside(at + (1 if kind == _BYTE else 8))
        raise Malformed(f"a value of the unknown type {kind}")

    def list_head(self, at: int) -> tuple[int, int, int]:
        """Type of the elements, their number, where they begin."""
        length, inner = self.data[at] >> 4, self.data[at] & 15
        at += 1
        if length == 15:
            length, at = self.varint(at)
        self.spend(length * (_STRUCT_COST if inner == STRUCT else 1))
        return inner, length, at

    def skip_map(self, at: int, depth: int) -> int:
        length, at = self.varint(at)
        if not length:
            return at
        kinds = self.data[at] >> 4, self.data[at] & 15
        at += 1
        self.spend(2 * length * _STRUCT_COST)
        for _ in range(length):
            for kind in kinds:
                at = self.skip_element(at, kind, depth)
        return at

    def skip_element(self, at: int, kind: int, depth: int) -> int:
        if kind in _BOOLEANS:  # a byte each, unlike those of a struct
            return self.inside(at + 1)
        return self.skip(at, kind, depth + 1)

    def varint(self, at: int) -> tuple[int, int]:
        data = self.data
        value = data[at]
        at += 1
        if value < 128:
            return value, at
        value &= 127
        for shift in range(7, 70, 7):
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value, at
        raise Malformed("a number of more than 10 bytes")

    def spend(self, cost: int) -> None:
        self.left -= cost
        if self.left < 0:
            raise TooMany("too many parts")

    def inside(self, end: int) -> int:
        if end > len(self.data):
            raise IndexError
        return end
