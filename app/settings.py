"""Where settings come from: the environment, and two key files made at first start."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes, token_hex

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Everything a deployment may choose."""

    instance: Path
    database_url: str
    secret_key: str
    data_keys: dict[str, bytes] = field(repr=False)
    https: bool = False
    proxies: int = 0
    """Reverse proxies in front whose X-Forwarded-For, -Proto and -Host are to be believed."""
    map_tiles: str = ""
    """Address of map tiles with {z}, {x} and {y}, shown behind the bases; empty: a plain map without any."""
    channel_hosts: frozenset[str] = frozenset()
    """Hosts (`host` or `host:port`) of one's own chat servers, to which group robots may post besides the public ones."""
    testing: bool = False


def _key_file(path: Path, make: str) -> str:
    """Read a secret from `path`, making it first (readable by the owner only) when there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make)
    return path.read_text().strip()


def _tiles(address: str) -> str:
    """Checked at start: an address that cannot work would only show as holes in a map."""
    if address and not (
        re.match(r"https?://[^/\s;,'{}]+/", address) and all(p in address for p in ("{z}", "{x}", "{y}"))
    ):
        raise ValueError("JIANGTAI_MAP_TILES must be an http(s) address with {z}, {x} and {y}")
    return address


def from_environment() -> Settings:
    """Read JIANGTAI_INSTANCE, DATABASE_URL, SECRET_KEY, DATA_KEY (`id:hex`, several by comma), JIANGTAI_HTTPS, JIANGTAI_PROXIES, JIANGTAI_MAP_TILES and JIANGTAI_CHANNEL_HOSTS (by comma)."""
    instance = Path(os.environ.get("JIANGTAI_INSTANCE", ROOT / "instance")).resolve()
    instance.mkdir(parents=True, exist_ok=True)
    keys = os.environ.get("DATA_KEY") or _key_file(instance / "data.key", f"k1:{token_bytes(32).hex()}")
    return Settings(
        instance=instance,
        database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{instance / 'jiangtai.sqlite'}",
        secret_key=os.environ.get("SECRET_KEY") or _key_file(instance / "secret.key", token_hex(32)),
        data_keys={name: bytes.fromhex(key) for name, key in (part.split(":") for part in keys.split(","))},
        https=os.environ.get("JIANGTAI_HTTPS", "") == "1",
        proxies=int(os.environ.get("JIANGTAI_PROXIES", "0")),
        map_tiles=_tiles(os.environ.get("JIANGTAI_MAP_TILES", "")),
        channel_hosts=frozenset(
            host.strip() for host in os.environ.get("JIANGTAI_CHANNEL_HOSTS", "").split(",") if host.strip()
        ),
    )
