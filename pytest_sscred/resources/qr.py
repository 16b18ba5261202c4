"""QR codes (ISO/IEC 18004) as PNG: bytes, error correction L, always mask 0.

Decoders read any mask. Looking for the best one helps a camera in bad light, and takes eight times
as long.
"""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Iterator
from itertools import chain, cycle, islice, product, zip_longest

__tracebackhide__ = True

_SCALE = 4
"""Pixels a module; a module is one of the code's squares."""
_MARGIN = 4
"""Modules of white around, the least that the standard allows."""

# Of the versions 1 to 40: bytes of error correction in a block, and how many blocks (table 9).
_CORRECTION = (
    *(7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28),
    *(28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
)
_BLOCKS = (
    *(1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8),
    *(8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25),
)
_FORMAT = 0x77C4
"""Error correction L and mask 0, with their own correction (table C.1)."""

Module = tuple[int, int]  # row and column


def png(text: str) -> bytes:
    """A picture of the code of `text`, in UTF-8. ValueError if that has more than 2953 bytes."""
    rows = _rows(text.encode())
    side = _SCALE * (len(rows) + 2 * _MARGIN)
    border = b"\xff" * _SCALE * _MARGIN
    blank = (b"\0" + b"\xff" * side) * _SCALE * _MARGIN  # each line begins with 0: no filter
    lines = blank
    for row in rows:
        line = b"".join((b"\0" if dark else b"\xff") * _SCALE for dark in row)
        lines += (b"\0" + border + line + border) * _SCALE
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)  # eight bits of grey
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines + blank)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _rows(data: bytes) -> list[list[bool]]:
    """The modules, True for dark, of the smallest version that `data` fits in."""
    version = next((v for v in range(1, 41) if len(data) <= _capacity(v)), None)
    if version is None:
        raise ValueError(f"{len(data)} bytes do not fit in a QR code")
    modules = dict(_fixed(version))
    bits = (byte >> shift & 1 for byte in _codewords(data, version) for shift in range(7, -1, -1))
    for row, column in _path(version):
        # The bits that no codeword fills are 0. Mask 0 turns every other module over.
        modules[row, column] = bool(next(bits, 0)) != ((row + column) % 2 == 0)
    size = _size(version)
    return [[modules[row, column] for column in range(size)] for row in range(size)]


# The bytes of a code


def _length_bits(version: int) -> int:
    return 8 if version < 10 else 16


def _data_bytes(version: int) -> int:
    total = len(_path(version)) // 8
    return total - _CORRECTION[version - 1] * _BLOCKS[version - 1]


def _capacity(version: int) -> int:
    """Bytes of text that fit: the mode takes four bits, and the length its own."""
    return (8 * _data_bytes(version) - 4 - _length_bits(version)) // 8


def _codewords(data: bytes, version: int) -> Iterator[int]:
    """The data in blocks, then their corrections, one byte of each block in turn."""
    blocks, degree = _BLOCKS[version - 1], _CORRECTION[version - 1]
    words = _data_words(data, version)
    short, longer = divmod(len(words), blocks)
    rest = iter(words)
    parts = [bytes(islice(rest, short + (n >= blocks - longer))) for n in range(blocks)]
    corrections = [_correction(part, degree) for part in parts]
    turns = chain(zip_longest(*parts), zip(*corrections, strict=True))
    return (word for turn in turns for word in turn if word is not None)


def _data_words(data: bytes, version: int) -> bytes:
    """The mode (bytes), the length, the text, the end, and what fills the rest."""
    width = _length_bits(version)
    whole = (4 << width | len(data)) << 8 * len(data) | int.from_bytes(data, "big")
    words = (whole << 4).to_bytes(len(data) + (width + 8) // 8, "big")
    return words + bytes(islice(cycle((0xEC, 0x11)), _data_bytes(version) - len(words)))


def _powers() -> list[int]:
    """Of 2, in the field of 256 elements that the standard takes; twice, to save a modulo."""
    found = [1]
    while len(found) < 255:
        found.append(found[-1] << 1 ^ (0x11D if found[-1] & 0x80 else 0))
    return found * 2


_EXP = _powers()
_LOG = {power: exponent for exponent, power in enumerate(_EXP[:255])}


def _times(a: int, b: int) -> int:
    return _EXP[_LOG[a] + _LOG[b]] if a and b else 0


@functools.cache
def _generator(degree: int) -> list[int]:
    """The product of all x + 2**i for i < degree: its factors, the highest first, 1 left out."""
    found = [1]
    for i in range(degree):
        shifted = (0, *(_times(factor, _EXP[i]) for factor in found))
        found = [a ^ b for a, b in zip((*found, 0), shifted, strict=True)]
    return found[1:]


def _correction(data: bytes, degree: int) -> list[int]:
    """Reed and Solomon's: what remains of the data divided by the generator."""
    generator = _generator(degree)
    rest = [0] * degree
    for byte in data:
        lead = byte ^ rest[0]
        shifted = (*rest[1:], 0)
        rest = [a ^ _times(lead, factor) for a, factor in zip(shifted, generator, strict=True)]
    return rest


# Where they are


def _size(version: int) -> int:
    return 17 + 4 * version


@functools.cache
def _path(version: int) -> list[Module]:
    """The modules for data: up and down in pairs of columns, from the right."""
    fixed, size = _fixed(version), _size(version)
    rights = (*range(size - 1, 6, -2), 5, 3, 1)  # column 6 is all timing
    found: list[Module] = []
    for turn, right in enumerate(rights):
        rows = range(size) if turn % 2 else range(size - 1, -1, -1)
        pairs = product(rows, (right, right - 1))
        found += [module for module in pairs if module not in fixed]
    return found


@functools.cache
def _fixed(version: int) -> dict[Module, bool]:
    """The modules that a decoder finds its way by, and those that say what to expect."""
    size = _size(version)
    found: dict[Module, bool] = {}
    for i in range(size):
        found[6, i] = found[i, 6] = i % 2 == 0
    for row, column in ((3, 3), (3, size - 4), (size - 4, 3)):
        found |= _rings(row, column, 4, size)
    places = _alignments(version)
    for row, column in product(places, places):
        if (row, column) not in ((6, 6), (6, size - 7), (size - 7, 6)):  # the finders' corners
            found |= _rings(row, column, 2, size)
    return found | _format(size) | (_version(version, size) if version >= 7 else {})


def _rings(row: int, column: int, radius: int, size: int) -> dict[Module, bool]:
    """Squares in squares: a finder with its border (radius 4), or an alignment pattern (2)."""
    reach = range(-radius, radius + 1)
    light = (2, 4) if radius == 4 else (1,)
    return {
        (row + down, column + right): max(abs(down), abs(right)) not in light
        for down, right in product(reach, reach)
        if 0 <= row + down < size and 0 <= column + right < size
    }


def _alignments(version: int) -> list[int]:
    """Rows, and columns too, of the centres of the alignment patterns (table E.1)."""
    if version == 1:
        return []
    count = version // 7 + 2
    step = (version * 8 + count * 3 + 5) // (count * 4 - 4) * 2
    return [6, *(_size(version) - 7 - step * i for i in range(count - 1))]


def _format(size: int) -> dict[Module, bool]:
    """The format's bits, the lowest first, around the first finder and along the two others."""
    once = [(row, 8) for row in (*range(6), 7, 8)] + [
        (8, column) for column in (7, *range(5, -1, -1))
    ]
    again = [(8, size - 1 - i) for i in range(8)] + [(size - 7 + i, 8) for i in range(7)]
    found = {
        module: bool(_FORMAT >> i & 1) for way in (once, again) for i, module in enumerate(way)
    }
    return found | {(size - 8, 8): True}


def _version(version: int, size: int) -> dict[Module, bool]:
    """The version's bits and their correction, beside two finders."""
    rest = version
    for _ in range(12):
        rest = rest << 1 ^ (0x1F25 if rest & 0x800 else 0)
    bits = version << 12 | rest
    found: dict[Module, bool] = {}
    for i in range(18):
        near, far = i // 3, size - 11 + i % 3
        found[near, far] = found[far, near] = bool(bits >> i & 1)
    return found
