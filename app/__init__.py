"""Composition root: puts the features together into one Flask application."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask, request
from flask import session as browser
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from sqlalchemy import inspect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import accounts.web
import core.web
from app import cli, errors, features, pages
from app.settings import ROOT, Settings, from_environment
from core import audit, clock, guards, sealed
from core.db import configure_engine, db
from core.settings import get_setting

LANGUAGES = {"zh": "zh_CN", "en": "en"}


def create_app(settings: Settings | None = None) -> Flask:
    """The application for `settings`, or for those of the environment.

    Refuses to start when an endpoint declares no guard; serving is refused (503) while the database
    fails to refuse a double booking.
    """
    settings = settings or from_environment()
    app = Flask(
        "app",
        static_folder=str(ROOT / "app" / "static"),
        template_folder=str(ROOT / "templates"),
        instance_path=str(settings.instance),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True},
        HTTPS=settings.https,
        TESTING=settings.testing,
        MAP_TILES=settings.map_tiles,
        CHANNEL_HOSTS=settings.channel_hosts,
        LANGUAGES=LANGUAGES,
        MAX_CONTENT_LENGTH=24 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="__Host-browser" if settings.https else "browser",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="zh_CN",
        BABEL_TRANSLATION_DIRECTORIES=";".join(
            str(p) for p in sorted((ROOT / "translations").iterdir()) if p.is_dir()
        ),
    )
    sealed.use_keys(settings.data_keys, max(settings.data_keys))
    _wrap(app, settings.proxies)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    CSRFProtect(app)
    Babel(app, locale_selector=_locale)
    core.web.install(app)
    accounts.web.install(app)
    errors.install(app)
    pages.install(app)
    features.register(app)
    cli.install(app)
    missing = accounts.web.unguarded(app)
    if missing:
        raise RuntimeError(f"endpoints without a guard: {', '.join(missing)}")
    with app.app_context():
        configure_engine(db.engine)
        audit.install(db.session)
        _start(app)
    return app


def _wrap(app: Flask, proxies: int) -> None:
    """Serve static files in front of Flask, and believe as many proxies as there are."""
    served: Any = WhiteNoise(
        app.wsgi_app, root=str(ROOT / "app" / "static"), prefix="static/", max_age=31536000
    )
    if proxies:
        # Without it every visitor would share the proxy's address, and with it the sign-in throttle.
        served = ProxyFix(served, x_for=proxies, x_proto=proxies, x_host=proxies)
    app.wsgi_app = served  # type: ignore[method-assign]


def _locale() -> str:
    chosen = browser.get("language") if request else None
    return LANGUAGES.get(str(chosen), "zh_CN")


def _start(app: Flask) -> None:
    """Set the domain clock and probe the guards, once the database has its tables."""
    app.config["DATABASE_READY"] = False
    # The probe writes, and several processes may start at once: wait for the write lock.
    with db.engine.connect().execution_options(writing=True) as connection:
        if not inspect(connection).has_table("booking"):
            return
        app.config["DATABASE_READY"] = guards.probe(connection)
        connection.rollback()
    moments: dict[str, str] = get_setting("clock", {})
    if moments:
        clock.start_at(
            datetime.fromisoformat(moments["domain"]), since=datetime.fromisoformat(moments["since"])
        )
    else:
        clock.set_offset(timedelta(0))
    db.session.rollback()
