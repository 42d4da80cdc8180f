"""Rosters, attendance and hours as people click them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import openpyxl
from flask import Flask
from sqlalchemy import select

from core.db import session, transaction
from scheduling.models import TrainingClass
from tests.factories.county import Browser, County, visitor
from tests.factories.statements import counted
from tests.factories.trainees import IDENTITIES, MORNING, at, enrol, person, taught
from trainees.enums import Came
from trainees.models import Enrolment
from trainees.queries.attending import tally_of
from trainees.rules import Line
from trainees.services import attending

SignIn = Callable[..., Browser]


def test_a_roster_is_kept_by_hand(sign_in: SignIn, county: County) -> None:
    ours = sign_in("organiser")
    url = f"/trainees/classes/{county.classes['B001']}"
    assert "名册还是空的" in ours.get(url).text
    wrong = ours.post(f"{url}/new", data={"name": "", "kind": "member", "identity": "123"})
    assert wrong.status_code == 422 and "请填写姓名" in wrong.text
    fields = {"name": "张三", "unit": "东镇", "kind": "committee", "phone": "13800001234"}
    wrong = ours.post(f"{url}/new", data=fields | {"identity": "123"})
    assert wrong.status_code == 422 and "身份证号应为 18 位" in wrong.text
    assert ours.post(f"{url}/new", data=fields | {"identity": IDENTITIES[0]}).status_code == 302
    page = ours.get(url).text
    assert "张三" in page and "138****1234" in page and "8515" in page
    assert "13800001234" not in page and IDENTITIES[0] not in page
    row = person("张三")
    edit = f"/trainees/enrolments/{_lines(county)[0]}/edit"
    assert (
        ours.post(
            edit, data={"name": "张三丰", "unit": "东镇", "kind": "member", "version": row.version}
        ).status_code
        == 302
    )
    assert person("张三丰").phone == "13800001234"
    assert "名册 1 人" in ours.get(f"{url}/brief").text
    sheet = openpyxl.load_workbook(io.BytesIO(ours.get(f"{url}?export=xlsx").data)).active
    assert "张三丰" in [cell.value for line in sheet.iter_rows() for cell in line]
    gone = ours.post(f"{url}/remove", data={"ids": _lines(county)}, follow_redirects=True)
    assert "已从名册删去 1 人" in gone.text


def _lines(county: County) -> list[int]:
    return list(session().scalars(select(Enrolment.id).where(Enrolment.class_id == county.classes["B001"])))


def test_trainees_scan_and_the_contact_of_the_host_ticks_the_rest(
    app: Flask, sign_in: SignIn, county: County
) -> None:
    with transaction():
        row = taught(county)
        row.training_class.host_id = county.units["东镇"]
        lines = enrol(
            row.training_class, Line("张三", phone="13800001234"), Line("李四", "东镇"), Line("王五", "东镇")
        )
    code = attending.make_code(row.id)
    phone = visitor(app)
    assert "张三" not in phone.get(f"/attend/{code}").text
    said = [
        phone.post(f"/attend/{code}", data={"name": n, "tail": t})
        for n, t in (("张三", "9999"), ("赵六", "1234"))
    ]
    assert [a.status_code for a in said] == [422, 422] and all("名册上没有找到" in a.text for a in said)
    done = phone.post(f"/attend/{code}", data={"name": "张 三", "tail": "1234"}, follow_redirects=True)
    assert "签到成功" in done.text and "13800001234" not in done.text
    assert phone.get(f"/a/{code[:-1]}x").status_code == 404
    ours = sign_in("contact")
    url = f"/trainees/sessions/{row.id}"
    page = ours.get(url).text
    assert "投屏签到码" in page and "已签到" not in page
    assert "人已签到" in ours.get(f"{url}/slide").text
    ask = ours.post(f"{url}/leave", data={"ids": lines[1].id})
    assert ask.status_code == 200 and "李四" in ask.text
    assert ours.post(f"{url}/leave", data={"ids": lines[1].id, "reason": ""}).status_code == 422
    ours.post(f"{url}/leave", data={"ids": lines[1].id, "reason": "生病"})
    ours.post(f"{url}/rest", data={"came": "absent"})
    tally = tally_of(row)
    assert (tally.present, tally.leave, tally.absent) == (1, 1, 1)
    ours.post(f"{url}/marks", data={"ids": lines[2].id, "came": "present"})
    assert "生病" in ours.get(url).text and tally_of(row).present == 2
    for wanted in ("xlsx", "docx"):
        assert ours.get(f"{url}/sheet?as={wanted}").status_code == 200
    assert ours.get(f"/trainees/classes/{row.class_id}/new").status_code == 403


def test_hours_show_each_their_own(sign_in: SignIn, county: County) -> None:
    with transaction():
        row = taught(county)
        lines = enrol(row.training_class, Line("张三", "东镇"), Line("李四", "西镇"))
        attending.mark(row, lines, Came.PRESENT, actor=county.actor("organiser"))
    at(MORNING + timedelta(hours=5))
    ours, contact = sign_in("organiser"), sign_in("contact")
    assert "按到课 2 人登记授课" in ours.get(f"/trainees/sessions/{row.id}").text
    ours.post(f"/scheduling/sessions/{row.id}/hold", data={"attendance": "2", "version": str(row.version)})
    page = ours.get("/trainees/hours").text
    assert "张三" in page and "李四" in page and "还差 29 学时" in page
    page = contact.get("/trainees/hours").text
    assert "张三" in page and "李四" not in page
    assert contact.get(f"/trainees/people/{lines[1].trainee_id}").status_code == 404
    assert "东镇" in ours.get("/trainees/hours/units").text
    alone = ours.get(f"/trainees/hours?at={county.units['东镇']}").text
    assert "张三" in alone and "李四" not in alone and "只看这个单位" in alone
    assert contact.get(f"/trainees/hours?at={county.units['西镇']}").status_code == 404
    assert (
        ours.post(
            "/trainees/targets", data={"member": "3", "committee": "9", "most_call_ups": "2"}
        ).status_code
        == 302
    )
    assert "已达标" in ours.get("/trainees/hours?reached=yes").text
    assert ours.post("/trainees/targets", data={"member": "-1", "committee": "9"}).status_code == 422


def test_lists_cost_the_same_however_long(sign_in: SignIn, county: County) -> None:
    def fill(count: int) -> None:
        with transaction():
            klass = session().get_one(TrainingClass, county.classes["B001"])
            enrol(klass, *(Line(f"学员{n}", "东镇") for n in range(count)))

    ours, counts = sign_in("organiser"), []
    for many in (3, 30):
        fill(many)
        with counted() as statements:
            for url in (
                f"classes/{county.classes['B001']}",
                f"sessions/{county.sessions[0]}",
                "hours",
                "call-ups",
            ):
                assert ours.get(f"/trainees/{url}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
