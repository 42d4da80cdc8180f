"""Finding a base: by distance, on the map, free on a day; the filing sheet and one base on paper."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, time

import pytest
from flask import Flask
from openpyxl import load_workbook

import core.web
from app.settings import Settings, from_environment
from bases.enums import BaseKind, BaseState
from bases.models import Closure, OpeningSeason, SeasonHours, SpecialHours, TeachingBase, Venue
from bases.rules.places import Box, Origin, box_around, km_between, read_box, read_point, view_of
from core import clock
from core.db import session, transaction
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking
from scheduling.queries.free_bases import free_bases, read_span
from tests.factories.county import Browser, County, make_base
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]


@pytest.mark.parametrize(
    ("raw", "place"),
    [("35.40, 116.34", (35.4, 116.34)), ("35.4，116.3", (35.4, 116.3)), ("-35 116", (-35.0, 116.0))]
    + [(raw, None) for raw in ("116.34", "95,116", "35,190", "x,y", "35.4,116.3,1", "")],
)  # fmt: skip
def test_coordinates_as_people_type_them(raw: str, place: tuple[float, float] | None) -> None:
    found = read_point(raw)
    assert (found and (found.latitude, found.longitude)) == place


def test_distances_and_the_projection() -> None:
    jinan, jining = Origin(36.65, 117.12), (35.41, 116.59)
    assert km_between(jinan, *jining) == pytest.approx(146, abs=1)
    view = view_of(box_around([(35.3, 116.2), (35.6, 116.5)]), 960, 640, 48)
    (left, low), (right, high) = view.at(35.3, 116.2), view.at(35.6, 116.5)
    assert low - high == pytest.approx(640 - 96, abs=0.2) and 48 <= left < right <= 912
    ten = view.unit_km(35.45) * 10
    assert ten == pytest.approx((low - high) / km_between(Origin(35.3, 116.2), 35.6, 116.2) * 10, rel=0.01)
    assert view.middle.latitude == pytest.approx(35.45, abs=0.01)
    tiles = view.tiles("https://t/{z}/{x}/{y}.png")
    assert 4 <= len(tiles) <= 30 and all(256 <= size <= 512 for _url, _x, _y, size in tiles)
    assert min(x for _url, x, _y, _s in tiles) <= 0 and max(x + s for _url, x, _y, s in tiles) >= 960


def test_a_part_of_the_map_in_an_address() -> None:
    box = Box(35.1, 116.2, 35.3, 116.4)
    assert read_box(box.text) == box
    assert [read_box(raw) for raw in ("", "1,2,3", "2,0,1,0", "a,b,c,d", "99,0,99,1", "nan,0,1,1")] == [
        None
    ] * 6


def test_the_nearest_come_first_with_their_distance(sign_in: SignIn, county: County) -> None:
    browser, east = sign_in("organiser"), county.units["东镇"]
    page = browser.get(f"/bases/?from={east}").text
    assert page.index("东镇党校</a>") < page.index("西镇分教点</a>") and "17.6" in page
    near = browser.get(f"/bases/?from={east}&within=5").text
    assert "东镇党校</a>" in near and "西镇分教点</a>" not in near
    page = browser.get("/bases/?at=35.5,116.45").text
    assert page.index("西镇分教点</a>") < page.index("东镇党校</a>")
    assert "读不懂" in browser.get("/bases/?at=somewhere").text
    book = load_workbook(io.BytesIO(browser.get(f"/bases/?export=xlsx&from={east}").data)).active
    assert book is not None
    assert [row[6] for row in book.iter_rows(values_only=True)][-3:] == [0, 17.6, 17.6]


def test_the_map_shows_what_the_list_shows(sign_in: SignIn, county: County) -> None:
    with transaction():
        for name, (lat, lon) in (("红色纪念馆", (35.6, 116.2)), ("东镇党校", (35.3, 116.6))):
            base = session().get_one(TeachingBase, county.bases[name])
            base.latitude, base.longitude = lat, lon
    browser = sign_in("organiser")
    page = browser.get("/bases/?view=map").text
    assert all(f'aria-label="{name}"' in page and f"{name}</a>" in page for name in county.bases)
    assert "10 km" in page and "map-ring" in page and "东镇</text>" in page
    page = browser.get("/bases/?view=map&kind=practice_point").text
    assert 'aria-label="红色纪念馆"' in page and 'aria-label="东镇党校"' not in page
    assert browser.get("/bases/?view=map&box=9,9,9,9").status_code == 200


def test_points_that_hide_each_other_are_a_heap(sign_in: SignIn, county: County) -> None:
    """Thousands of bases are a bounded page with heaps that open; every base is counted once."""
    browser = sign_in("organiser")
    with counted() as few:
        browser.get("/bases/?view=map")
    with transaction():
        for n in range(60):
            base = make_base(county.unit("嘉祥县"), f"点{n}", BaseKind.PRACTICE_POINT, county.unit("东镇"))
            base.latitude, base.longitude = 35.2 + n % 8 / 20, 116.2 + n % 5 / 20
    with counted() as many:
        page = browser.get("/bases/?view=map").text
    assert len(many) == len(few)
    assert "个基地，列出来" in page
    drawn = page.count('class="map-touch"') + sum(
        map(int, re.findall(r'class="map-count"[^>]*>(\d+)<', page))
    )
    assert drawn == 63
    box = page.split("box=", 1)[1].split('"')[0].split("&")[0]
    assert "只列地图上选的那一块" in browser.get(f"/bases/?box={box}").text


def test_tiles_can_be_configured_and_pass_the_policy(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "https://tiles.example/{z}/{x}/{y}.png"
    monkeypatch.setitem(app.config, "MAP_TILES", address)
    page = sign_in("organiser").get("/bases/?view=map").text
    assert '<image href="https://tiles.example/' in page
    other = Flask("other", static_folder=None)
    other.config["MAP_TILES"] = address
    core.web.install(other)
    policy = other.test_client().get("/").headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://tiles.example;" in policy
    assert "img-src 'self' data:;" in sign_in("organiser").get("/bases/").headers["Content-Security-Policy"]
    monkeypatch.setenv("JIANGTAI_MAP_TILES", "javascript:{z}{x}{y}")
    with pytest.raises(ValueError, match="JIANGTAI_MAP_TILES"):
        from_environment()
    assert Settings.__dataclass_fields__["map_tiles"].default == ""


def _book(county: County, name: str, day: date, units: tuple[int, int], seat: int = 0) -> None:
    with transaction():
        session().add(
            Booking(
                session_id=county.sessions[0],
                kind=ResourceKind.VENUE,
                resource_id=county.venues[name],
                day=day,
                from_unit=units[0],
                to_unit=units[1],
                seat=seat,
                state=BookingState.HELD,
                asked_at=clock.now(),
            )
        )


def test_free_on_a_day_or_on_all_of_a_span(sign_in: SignIn, county: County) -> None:
    """Open weekdays 8 to 18; the museum takes two groups at once."""
    scope = county.actor("organiser").scope("base_view")  # type: ignore[arg-type]
    school, museum = county.bases["东镇党校"], county.bases["红色纪念馆"]
    tuesday, wednesday, saturday = date(2027, 6, 8), date(2027, 6, 9), date(2027, 6, 12)
    assert {school, museum} <= set(free_bases(scope, [tuesday]))
    assert free_bases(scope, [saturday]) == []
    _book(county, "东镇党校", tuesday, (34, 46))
    assert school in free_bases(scope, [tuesday])
    _book(county, "东镇党校", tuesday, (56, 66))
    assert school not in free_bases(scope, [tuesday]) and school in free_bases(scope, [wednesday])
    assert school not in free_bases(scope, [tuesday, wednesday])
    _book(county, "红色纪念馆", tuesday, (34, 66))
    assert museum in free_bases(scope, [tuesday])
    _book(county, "红色纪念馆", tuesday, (34, 66), seat=1)
    assert museum not in free_bases(scope, [tuesday])
    with transaction():
        session().add(
            Closure(base_id=museum, first_day=wednesday, last_day=wednesday, recorded_at=clock.now())
        )
        branch = session().get_one(TeachingBase, county.bases["西镇分教点"])
        branch.state = BaseState.RECTIFYING
        session().add(SpecialHours(base_id=school, day=saturday, opens=time(13), closes=time(17)))
    assert free_bases(scope, [wednesday]) == free_bases(scope, [saturday]) == [school]
    _book(county, "东镇党校", saturday, (56, 66))
    assert free_bases(scope, [saturday]) == []
    with transaction():
        season = OpeningSeason(base_id=school, name="夏季", begins=610, ends=630)
        season.hours = [SeasonHours(weekday=6, opens=time(8), closes=time(12))]
        session().add(season)
    sunday, monday = date(2027, 6, 13), date(2027, 6, 14)
    assert free_bases(scope, [sunday]) == [school] and museum in free_bases(scope, [monday])
    assert school not in free_bases(scope, [monday])
    browser = sign_in("organiser")
    page = browser.get("/scheduling/free-bases?first=2027-06-09&last=2027-06-09").text
    assert "东镇党校</a>" in page and "红色纪念馆</a>" not in page
    page = browser.get("/scheduling/free-bases?first=2027-06-08&last=2027-06-09").text
    assert "东镇党校</a>" not in page and "6月8日" in page
    assert "只找了前 7 天" in browser.get("/scheduling/free-bases?first=2027-06-01&last=2027-06-30").text
    assert "早于开始日期" in browser.get("/scheduling/free-bases?first=2027-06-09&last=2027-06-01").text
    assert sign_in("evaluator").get("/scheduling/free-bases").status_code == 403


def test_spans_as_typed() -> None:
    assert len(read_span({"first": "2027-06-01", "last": "2027-06-03"}).days) == 3
    assert read_span({"first": "x", "last": "y"}).problem == ""


def test_the_search_costs_the_same_for_many(sign_in: SignIn, county: County) -> None:
    browser, pages = (
        sign_in("organiser"),
        ("/scheduling/free-bases?first=2027-06-09", "/bases/filing-sheet.xlsx"),
    )
    before = []
    for page in pages:
        with counted() as seen:
            browser.get(page)
        before.append(len(seen))
    with transaction():
        for n in range(30):
            base = make_base(county.unit("嘉祥县"), f"点{n}", BaseKind.BRANCH_POINT, county.unit("西镇"))
            base.venues.append(Venue(name="副厅", capacity=10, groups=1))
    for page, count in zip(pages, before, strict=True):
        with counted() as seen:
            browser.get(page)
        assert len(seen) == count, page


def test_the_filing_sheet_has_the_staffs_columns(sign_in: SignIn, county: County) -> None:
    with transaction():
        base = session().get_one(TeachingBase, county.bases["红色纪念馆"])
        base.phone, base.contact_name, base.courses_text = "13812345678", "周馆长", "现场教学"
    browser = sign_in("organiser")
    answer = browser.get("/bases/filing-sheet.xlsx?theme=revolutionary_tradition")
    book = load_workbook(io.BytesIO(answer.data)).active
    assert book is not None
    rows = list(book.iter_rows(values_only=True))
    assert rows[2] == (
        "名称", "类型", "主管单位", "地址", "联系人", "电话", "单批容量", "日最大批次", "开放时段", "讲解员数", "时长",
        "对应课程", "预约提前量", "挂牌级别", "文号", "日期", "有效期",
    )  # fmt: skip
    assert len(rows) == 4 and rows[3][:7] == (
        "红色纪念馆",
        "实训点",
        None,
        "西镇",
        "周馆长",
        "138****5678",
        80,
    )
    page = browser.get(f"/bases/{county.bases['红色纪念馆']}/file.docx")
    words = zipfile.ZipFile(io.BytesIO(page.data)).read("word/document.xml").decode()
    assert "红色纪念馆" in words and "138****5678" in words and "13812345678" not in words
    assert sign_in("outsider").get(f"/bases/{county.bases['红色纪念馆']}/file.docx").status_code == 404
