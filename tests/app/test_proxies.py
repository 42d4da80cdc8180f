"""Forwarded headers count only as far as the deployment says that proxies stand in front."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import request

from app import create_app
from app.settings import Settings

PLAIN = {"data_keys": {"k1": bytes(32)}, "secret_key": "s" * 32, "testing": True}


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_forwarded_address(tmp_path: Path, proxies: int, address: str) -> None:
    settings = Settings(instance=tmp_path, database_url=f"sqlite:///{tmp_path / 'a.sqlite'}", **PLAIN)  # type: ignore[arg-type]
    app = create_app(replace(settings, proxies=proxies))
    seen: list[str | None] = []
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: seen.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"})
    assert seen == [address]
