"""Commands: the worker, and those the features bring."""

from __future__ import annotations

from flask import Flask

from app.backup import backup_command, restore_command
from app.demo.cli import demo
from app.worker import worker
from scheduling.cli import match

COMMANDS = (worker, demo, match, backup_command, restore_command)


def install(app: Flask) -> None:
    """Register every command."""
    for command in COMMANDS:
        app.cli.add_command(command)
