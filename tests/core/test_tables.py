"""Lists: two statements a page, filters, order, remembered columns, and an export that equals the page."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask, Response
from flask_babel import Babel
from openpyxl import load_workbook
from sqlalchemy import ForeignKey, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from werkzeug.datastructures import MultiDict

from core.tables import Badge, Column, Filter, Table, wants_export


class Base(DeclarativeBase):
    pass


class Town(Base):
    __tablename__ = "town"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    search_text: Mapped[str]
    score: Mapped[float | None]
    is_open: Mapped[bool]
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))


PEOPLE: Table[Person] = Table(
    name="people",
    title="师资库",
    columns=[
        Column("name", "姓名", lambda p: p.name, sort=Person.name, note=lambda p: f"#{p.id}"),
        Column("score", "评分", lambda p: p.score, sort=Person.score, kind="number"),
        Column("state", "状态", lambda p: Badge("在库" if p.is_open else "退出", "ok"), kind="badge"),
        Column("town", "乡镇", lambda p: p.town_id, default=False),
    ],
    filters=[
        Filter(
            "open",
            "状态",
            lambda stmt, v: stmt.where(Person.is_open == (v == "yes")),
            [("yes", "在库"), ("no", "退出")],
        ),
        Filter("since", "起", lambda stmt, v: stmt, kind="date"),
    ],
    search=Person.search_text,
    search_hint="搜索姓名",
    default_sort="name",
    page_size=25,
    row_url=lambda p: f"/people/{p.id}",
)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Town(id=1, name="城关"))
        for n in range(1, 61):
            score = None if n % 10 == 0 else float(n)
            session.add(
                Person(
                    id=n,
                    name=f"张{n:02}",
                    search_text=f"张{n:02} zhang z{n:02}",
                    score=score,
                    is_open=n % 2 == 0,
                    town_id=1,
                )
            )
        session.add(Person(id=61, name="=1+1", search_text="100%_x", score=1, is_open=True, town_id=1))
        session.commit()
        yield session
    engine.dispose()


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    Babel(app)
    return app


def args(*pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(pairs)


def names(session: Session, *pairs: tuple[str, str]) -> list[str]:
    return [str(row.cells[0].value) for row in PEOPLE.page(session, select(Person), args(*pairs)).rows]


def test_one_page_takes_two_statements(session: Session) -> None:
    seen: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *a: seen.append(a[2]))
    page = PEOPLE.page(session, select(Person), args(("page", "2")))
    assert len(seen) == 2
    assert (page.total, page.page, page.pages, page.first, page.last) == (61, 2, 3, 26, 50)
    assert len(page.rows) == 25
    assert page.rows[0].url == f"/people/{page.rows[0].obj.id}"


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("abc", 1),
        ("99999", 3),
        ("0", 1),
        ("-4", 1),
        ("", 1),
        ("3", 3),
        ("9" * 40, 3),
        ("２", 1),
        ("0" * 9 + "2", 1),
    ],
)
def test_senseless_pages_fall_back(session: Session, asked: str, page: int) -> None:
    assert PEOPLE.page(session, select(Person), args(("page", asked))).page == page


def test_senseless_arguments_fall_back(session: Session) -> None:
    page = PEOPLE.page(
        session,
        select(Person),
        args(("sort", "xyz"), ("open", "maybe"), ("size", "7"), ("since", "soon"), ("cols", "nope")),
    )
    assert (page.sort_key, page.size, page.total, page.chips) == ("name", 25, 61, [])
    assert [column.key for column in page.columns] == ["name", "score", "state"]


def test_sort_puts_empty_values_last_either_way(session: Session) -> None:
    up = PEOPLE.page(session, select(Person), args(("sort", "score"), ("size", "100"))).rows
    down = PEOPLE.page(session, select(Person), args(("sort", "-score"), ("size", "100"))).rows
    assert up[-1].cells[1].value is None
    assert down[-1].cells[1].value is None
    assert down[0].cells[1].value == 59.0


def test_sort_link_turns_round(session: Session) -> None:
    page = PEOPLE.page(session, select(Person), args(("sort", "score"), ("page", "2"), ("q", "zhang")))
    score = page.all_columns[1]
    assert page.sort_url(score) == "?q=zhang&sort=-score"
    assert page.aria_sort(score) == "ascending"
    assert page.aria_sort(page.all_columns[0]) == "none"


def test_search_needs_every_word_and_escapes_wildcards(session: Session) -> None:
    assert names(session, ("q", "zhang 07")) == ["张07"]
    assert names(session, ("q", "ZHANG Z08")) == ["张08"]
    assert names(session, ("q", "0%_")) == ["=1+1"]
    assert names(session, ("q", "%")) == ["=1+1"]
    assert names(session, ("q", "_")) == ["=1+1"]
    assert names(session, ("q", "\x00'; drop")) == []


def test_filter_shows_chip_that_removes_it(session: Session) -> None:
    page = PEOPLE.page(session, select(Person), args(("open", "no"), ("q", "z")))
    assert page.total == 30
    assert [(str(c.label), str(c.value), c.remove_url) for c in page.chips] == [("状态", "退出", "?q=z")]
    assert page.clear_url == "?"
    assert page.is_filtered


def test_rows_of_several_columns_and_groups(session: Session) -> None:
    table: Table[tuple[str, int]] = Table(
        name="towns",
        title="乡镇",
        columns=[
            Column("name", "乡镇", lambda r: r[0], sort=Town.name),
            Column("people", "人数", lambda r: r[1], sort=func.count(Person.id), kind="number"),
        ],
        default_sort="-people",
        row_key=lambda r: r[0],
    )
    stmt = select(Town.name, func.count(Person.id)).join(Person).group_by(Town.name)
    page = table.page(session, stmt, args())
    assert [[cell.value for cell in row.cells] for row in page.rows] == [["城关", 61]]


def test_window_leaves_out_the_middle(session: Session) -> None:
    page = PEOPLE.page(session, select(Person), args())
    assert replace(page, total=500, page=10).window == [1, None, 9, 10, 11, None, 20]
    assert replace(page, total=0, page=1).window == [1]


def test_chosen_columns_are_remembered(session: Session, app: Flask) -> None:
    with app.test_request_context("/?cols=town&cols=name"):
        page = PEOPLE.page(session, select(Person), args(("cols", "town"), ("cols", "name")))
        response = app.process_response(Response())
    assert [column.key for column in page.columns] == ["name", "town"]
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("cols_people=town.name;")
    with app.test_request_context("/", headers={"Cookie": "cols_people=town.name"}):
        again = PEOPLE.page(session, select(Person), args())
    assert [column.key for column in again.columns] == ["name", "town"]


def test_export_holds_what_the_page_shows_on_all_pages(session: Session, app: Flask) -> None:
    asked = args(
        ("open", "yes"),
        ("sort", "-name"),
        ("cols", "name"),
        ("cols", "state"),
        ("export", "xlsx"),
        ("page", "2"),
    )
    assert wants_export(asked)
    with app.test_request_context("/"):
        response = PEOPLE.bind(session, select(Person)).export(asked)
        sheet = load_workbook(io.BytesIO(response.get_data())).active
    assert sheet is not None
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert lines[0][0] == "师资库"
    assert "状态：在库" in str(lines[1][0])
    assert lines[2] == ["姓名", "状态"]
    assert lines[3] == ["张60 #60", "在库"]
    assert lines[-1] == ["=1+1 #61", "在库"]
    assert len(lines) == 3 + 31
    assert not any(cell.data_type == "f" for line in sheet.iter_rows() for cell in line)


def test_a_wrong_definition_is_refused() -> None:
    with pytest.raises(ValueError, match="filter keys"):
        replace(PEOPLE, filters=[Filter("page", "页", lambda stmt, v: stmt)])
    with pytest.raises(ValueError, match="default_sort"):
        replace(PEOPLE, default_sort="state")
