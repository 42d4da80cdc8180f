"""Reading and writing JSON files, compressed when the name ends in ``.gz``."""

import gc
import gzip
import json
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scheduling.engine.reading import BadFile, Repeated, first_repeated, shown

TOO_LARGE = (
    2**28
)  # bytes after decompression; a province is some 50 MB, and what it unfolds to in memory ten times that
_GZIP = b"\x1f\x8b"
_LONGEST_NUMBER = 4000  # digits; Python refuses to read longer ones


@contextmanager
def without_collection() -> Iterator[None]:
    """Stop looking for garbage: among millions of new objects that all stay, the search costs more than the reading."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_json(path: str | Path) -> object:
    """Return the document in a file; raises BadFile with one line for whatever is wrong with it."""
    name = str(path)
    try:
        return parse_json(_read(name))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BadFile("not a whole gzip file", shown(name)) from None
    except (OSError, ValueError) as error:
        raise BadFile(_reason(error, "cannot be read"), shown(name)) from None
    except BadFile as error:
        raise BadFile(error.fault, shown(name)) from None


def parse_json(raw: bytes) -> object:
    """Return the document in some bytes; an object with a repeated key comes back as ``Repeated``."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadFile(f"not UTF-8 text at byte {error.start}") from None
    try:
        document: object = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise BadFile(f"not JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise BadFile("nested too deeply") from None
    except ValueError:  # a number longer than Python reads: once more, so that a reader can name the place
        document = json.loads(text, object_pairs_hook=_unique, parse_int=_int)
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
        raise BadFile(_reason(error, "cannot be written"), shown(name)) from None


def check_writable(path: str | Path) -> None:
    """Raise BadFile where a file cannot be written: better before a long run than after it. Leaves no file behind."""
    name = str(path)
    try:
        is_new = not os.path.lexists(name)
        with open(name, "ab"):
            pass
        if is_new:
            os.unlink(name)
    except (OSError, ValueError) as error:
        raise BadFile(_reason(error, "cannot be written"), shown(name)) from None


def _read(name: str) -> bytes:
    # A pipe may never end, and opening one without a writer never returns.
    if not stat.S_ISREG(os.stat(name).st_mode) and not os.path.isdir(name):
        raise BadFile("not a file")
    with gzip.open(name, "rb") if name.endswith(".gz") else open(name, "rb") as stream:
        raw = stream.read(TOO_LARGE + 1)
    if len(raw) > TOO_LARGE:
        raise BadFile(f"larger than {TOO_LARGE // 2**20} MiB")
    if raw.startswith(_GZIP):
        raise BadFile("compressed, but its name does not end in .gz")
    return raw


def _reason(error: OSError | ValueError, otherwise: str) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or otherwise


def _int(digits: str) -> int:
    return int(digits[:_LONGEST_NUMBER])


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        return Repeated(names[first_repeated(names) or 0])
    return found
