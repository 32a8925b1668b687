"""Compact Thrift: what is read from it and what is refused. The bytes follow the protocol's description."""

import pytest

from leaderboard.files.thrift import BINARY, I32, I64, CutOff, Malformed, TooMany, read_struct

ROW = {1: I32, 2: I64, 3: BINARY, 4: [I32], 5: {1: I32}}


# A field's first byte holds how much its number is above the last one (high half) and its type (low half);
# integers are zigzag (0, -1, 1, -2 ... are 0, 1, 2, 3 ...) in groups of 7 bits, low first.
@pytest.mark.parametrize(
    ("data", "values"),
    [
        ("00", {}),
        ("15 00 00", {1: 0}),
        ("15 01 00", {1: -1}),
        ("15 feffffff0f 00", {1: 2**31 - 1}),
        ("15 ffffffff0f 00", {1: -(2**31)}),
        ("26 ac02 00", {2: 150}),
        ("26 ffffffffffffffffff01 00", {2: -(2**63)}),
        ("38 03 616263 00", {3: b"abc"}),
        ("49 35 02 04 06 00", {4: [1, 2, 3]}),
        ("49 f5 03 02 04 06 00", {4: [1, 2, 3]}),
        ("5c 15 02 00 00", {5: {1: 1}}),
        ("15 02 16 04 00", {1: 1, 2: 2}),
        ("05 02 02 00", {1: 1}),  # the number of the field written out
    ],
)
def test_values_are_read(data, values):
    assert read_struct(bytes.fromhex(data), ROW) == (values, len(bytes.fromhex(data)))


@pytest.mark.parametrize(
    "field",
    [
        "91",  # true
        "92",
        "93 7f",  # a byte
        "94 02",
        "95 02",
        "96 02",
        "97 0102030405060708",  # a double
        "98 02 6162",
        "99 25 02 04",
        "99 21 01 02",  # booleans in a list take a byte each
        "9a 15 02",  # a set
        "9b 00",  # an empty map
        "9b 01 85 01 61 02",  # a map from text to integer
        "9c 15 02 1c 11 00 00",  # a struct with a struct
        "99 1c 15 02 00",
    ],
)
def test_fields_that_are_not_wanted_are_stepped_over(field):
    # Field 1, the field between, then the next one.
    data = bytes.fromhex("15 02" + field + "15 04 00")
    between = 1 + (data[2] >> 4)
    assert read_struct(data, {1: I32, between + 1: I32}) == ({1: 1, between + 1: 2}, len(data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("16 02 00", "a value of type 6 in place of type 5"),
        ("1c 00 00", "a value of type 12 in place of type 5"),
        ("15 8080808010 00", "more than 32 bits"),
        ("26 ffffffffffffffffff7f 00", "more than 64 bits"),
        ("26 ffffffffffffffffffff01 00", "more than 10 bytes"),
        ("15 02 05 02 04 00", "field 1 follows field 1"),
        ("26 02 05 02 04 00", "field 1 follows field 2"),
        ("9d 00 00", "unknown type 13"),
        ("90 00", "unknown type 0"),
        ("9c" + "1c" * 40 + "00" * 42, "nested more than"),
        ("99 19" * 40, "nested more than"),
    ],
)
def test_what_no_writer_makes_is_refused(data, message):
    with pytest.raises(Malformed, match=message):
        read_struct(bytes.fromhex(data), ROW)


def test_every_cut_is_told_apart_from_malformed_bytes():
    data = bytes.fromhex("15 fe01 16 ac02 18 03 616263 19 35 02 04 06 1c 15 02 00 18 02 6162 19 25 02 04 00")
    assert read_struct(data, ROW)[1] == len(data)
    for length in range(len(data)):
        with pytest.raises(CutOff):
            read_struct(data[:length], ROW)


@pytest.mark.parametrize(
    ("data", "cost"),
    [
        ("99 35 02 04 06 00", 3),
        ("99 2c 00 00 00", 16),
        ("99 fc ffffffff0f", 8 * (2**32 - 1)),
        ("9b 02 55 02 02 02 02 00", 32),
        ("49 35 02 04 06 00", 3),
    ],
)
def test_elements_have_a_cost(data, cost):
    data = bytes.fromhex(data)
    with pytest.raises(TooMany):
        read_struct(data, ROW, cost - 1)
    if cost < 100:
        assert read_struct(data, ROW, cost)[1] == len(data)
