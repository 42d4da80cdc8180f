"""The filing sheet of a register, and one base's file for paper."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_scope, requires
from bases.queries import bases as base_queries
from bases.queries.register import base_table, list_whole, look_of
from bases.services import papers
from bases.views import blueprint
from core import clock
from core.excel import workbook_response
from core.files import MIME, FileKind, download_bytes


@blueprint.get("/filing-sheet.xlsx")
@requires(P.BASE_VIEW)
def filing_sheet() -> ResponseReturnValue:
    """现场教学基地备案表 of the bases that the filters of the address leave."""
    scope = current_scope()
    table = base_table(scope, look_of(scope, request.args))
    sheet = papers.filing_sheet(list_whole(table.narrowed(request.args)))
    return workbook_response(f"{gettext('现场教学基地备案表')} {clock.today():%Y-%m-%d}", [sheet])


@blueprint.get("/<int:base_id>/file.docx")
@requires(P.BASE_VIEW)
def file_of_base(base_id: int) -> ResponseReturnValue:
    """One base's file as a Word document."""
    base = base_queries.get_base(current_scope(), base_id)
    data = papers.file_of(base, base_queries.list_changes(base.id))
    return download_bytes(data, f"{base.name}.docx", MIME[FileKind.DOCX])
