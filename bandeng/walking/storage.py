"""One file of plain arrays that opens in a millisecond, however large: nothing is read until it is used.

The file is a line that names the format, the length of a header, the header in JSON (what each array is and
where it begins) and the arrays themselves, each at a multiple of 64 bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"bandeng walk 1\n\0"
_ALIGN = 64


class StorageError(ValueError):
    """The file is missing, cut short, or of another format; the message is one sentence."""


def write(path: Path, arrays: Mapping[str, NDArray[Any]], notes: Mapping[str, Any]) -> None:
    """Write the arrays and notes (anything JSON can hold) to `path`, all of it or nothing."""
    entries: dict[str, dict[str, Any]] = {}
    offset = 0
    for name, array in arrays.items():
        entries[name] = {"dtype": array.dtype.str, "shape": array.shape, "offset": offset}
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
    header = json.dumps({"arrays": entries, "size": offset, "notes": dict(notes)}, ensure_ascii=False).encode()
    header += b" " * (-(len(header) + len(MAGIC) + 8) % _ALIGN)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            file.write(MAGIC + len(header).to_bytes(8, "little") + header)
            for array in arrays.values():
                data = np.ascontiguousarray(array).tobytes()
                file.write(data + b"\0" * (-len(data) % _ALIGN))
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays (read-only, mapped from the file) and the notes. Raises StorageError."""
    if not path.is_file():
        raise StorageError(f"There is no file {path.name}.")
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise StorageError(f"{path.name} is no walking network of this version; prepare it again.")
        length = int.from_bytes(file.read(8), "little")
        text = file.read(length)
    first = len(MAGIC) + 8 + length
    try:
        header = json.loads(text)
        size = first + int(header["size"])
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{path.name} is cut short or damaged; prepare it again.") from error
    if path.stat().st_size < size:
        raise StorageError(f"{path.name} is cut short or damaged; prepare it again.")
    whole = np.memmap(path, np.uint8, "r") if size else np.zeros(0, np.uint8)
    arrays = {}
    for name, entry in header["arrays"].items():
        kind, shape = np.dtype(entry["dtype"]), tuple(entry["shape"])
        begin = first + entry["offset"]
        count = int(np.prod(shape)) * kind.itemsize
        arrays[name] = np.asarray(whole[begin:begin + count]).view(kind).reshape(shape)
    return arrays, header["notes"]
