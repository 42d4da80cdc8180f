"""Reading and writing JSON files, compressed when the name ends in ``.gz``."""

import gzip
import json
import zlib
from pathlib import Path
from typing import NoReturn

from scheduling.engine.reading import BadFile, shown

TOO_LARGE = 4 * 2**30  # bytes after decompression; a province is some 60 MB


def read_json(path: str | Path) -> object:
    """Return the document in a file; raises BadFile with one line for whatever is wrong with it."""
    name = str(path)
    try:
        if name.endswith(".gz"):
            with gzip.open(name, "rb") as stream:
                raw = stream.read(TOO_LARGE + 1)
        else:
            raw = Path(name).read_bytes()
    except (OSError, EOFError, zlib.error, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "cannot be read"
        raise BadFile(f"{shown(name)}: {reason}") from None
    if len(raw) > TOO_LARGE:
        raise BadFile(f"{shown(name)}: too large")
    return parse_json(raw)


def parse_json(raw: bytes) -> object:
    """Return the document in some bytes, refusing repeated keys and numbers that JSON does not have."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadFile(f"not UTF-8 text at byte {error.start}") from None
    try:
        document: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BadFile(f"not JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise BadFile("not usable: nested too deeply") from None
    except ValueError:
        raise BadFile("not usable: a number is too long") from None
    return document


def write_json(path: str | Path, document: object) -> None:
    """Write a document; raises BadFile where the file cannot be written."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    name = str(path)
    try:
        if name.endswith(".gz"):
            with gzip.open(name, "wb") as stream:
                stream.write(text)
        else:
            Path(name).write_bytes(text)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "cannot be written"
        raise BadFile(f"{shown(name)}: {reason}") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for n, name in enumerate(names) if name in names[:n])
        raise BadFile(f"key {shown(twice)} appears twice in one object")
    return found


def _no_constant(text: str) -> NoReturn:
    raise BadFile(f"not JSON: {text} is not a number")
