"""What the benchmark runs on: generated problems of several sizes and shapes, and published ones with their best known values."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GENERATOR = Path(__file__).with_name("generate.py")
SECONDS = {"county": 30.0, "city": 120.0, "province": 600.0}
SHAPES = {
    "default": [],
    "rich": ["--rich"],
    "tight": ["--tight", "0.4", "--weeks", "10"],
    "flexible": ["--flexible", "1"],
}
BEST_KNOWN = dict(
    zip(
        [f"comp{n:02}" for n in range(1, 22)],
        [5, 24, 64, 35, 284, 27, 6, 37, 96, 4, 0, 294, 59, 51, 62, 18, 56, 61, 57, 4, 74],
        strict=True,
    )
)


@dataclass(frozen=True)
class Instance:
    """A problem file, the seconds that it is given, and the best value that was ever published for it."""

    path: Path
    seconds: float
    is_tight: bool = False
    best_known: int | None = None


def generated(
    folder: Path, sizes: list[str], shapes: list[str], seeds: list[int], seconds: float | None
) -> Iterator[Instance]:
    """Yield one generated problem after the other."""
    for size in sizes:
        for shape in shapes:
            for seed in seeds:
                path = folder / f"{size}-{shape}-{seed}.json.gz"
                command = [sys.executable, str(GENERATOR), size, str(path), "--seed", str(seed)]
                subprocess.run([*command, *SHAPES[shape]], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
                yield Instance(path, seconds or SECONDS[size], is_tight=shape == "tight")


def published(folder: Path, seconds: float) -> Iterator[Instance]:
    """Yield the problem files of a folder; files named after an ITC-2007 instance have a best known value."""
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.json.gz")]):
        name = re.search(r"comp\d\d", path.name)
        yield Instance(path, seconds, best_known=BEST_KNOWN.get(name[0]) if name else None)
