"""An empty county to import into."""

from __future__ import annotations

import pytest

from accounts import services as accounts
from accounts.enums import Level, Role
from core.db import transaction
from tests.factories.county import make_user


@pytest.fixture
def owner(app) -> int:
    """An empty county: the tree above it and nothing else."""
    with transaction():
        city = accounts.create_unit(None, Level.CITY, "济宁市")
        county = accounts.create_unit(city, Level.COUNTY, "嘉祥县", committee="县委组织部")
        make_user("organiser", Role.ORGANISER, county, "组织员甲")
        made = county.id
    return made
