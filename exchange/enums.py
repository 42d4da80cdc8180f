"""Kinds of sheets, and what can be wrong with a workbook, each with its sentence."""

from __future__ import annotations

from core.words import N_, Labelled


class SheetKind(Labelled):
    """The sheets the staff keep."""

    INSTRUCTORS = "instructors", N_("师资信息表")
    BASES = "bases", N_("现场教学基地备案表")
    COURSES = "courses", N_("课程目录")
    CLASSES = "classes", N_("培训班")
    SESSIONS = "sessions", N_("课次需求")
    LEADERS = "leaders", N_("应讲党课领导")


class Severity(Labelled):
    """An error blocks the whole import; a warning goes in and stays listed."""

    ERROR = "error", N_("错误")
    WARNING = "warning", N_("提醒")


class Refusal(Labelled):
    """Why a file is not even read."""

    EMPTY = "empty", N_("这个文件是空的。请重新导出后再上传。")
    TOO_LARGE = "too_large", N_("文件超过 %(limit)s MB，不能导入。请分成几个文件。")
    NOT_EXCEL = "not_excel", N_("这不是 Excel 文件。请上传 .xlsx 或 .xls。")
    CSV = "csv", N_("这是文本文件(CSV)，只是改了扩展名。请在 Excel 里打开，另存为 .xlsx 再上传。")
    HTML = "html", N_("这是网页格式的表格，只是扩展名像 Excel。请在 Excel 里打开，另存为 .xlsx 再上传。")
    OTHER_OFFICE = (
        "other_office",
        N_("这是别的办公文件(如 Word、WPS 文字或 .xlsb)，不是 .xlsx 或 .xls 工作簿。"),
    )
    ENCRYPTED = "encrypted", N_("文件设了打开密码。请先去掉密码再上传。")
    BROKEN = "broken", N_("文件不完整或已损坏，读不出来。请重新导出后再上传。")
    BOMB = "bomb", N_("文件解压后大得不正常，为安全起见不予读取。")
    TOO_MANY_CELLS = (
        "too_many_cells",
        N_("工作表超过 %(rows)s 行或 %(columns)s 列，不能导入。请删去空白区域或分成几个文件。"),
    )
    NO_SHEET = "no_sheet", N_("没有认出任何一张表。表头里要有「姓名」「课程」「班次编号」等列名。")


class ProblemCode(Labelled):
    """What can be wrong with a cell, a row or a sheet; the sentence takes the problem's parameters."""

    # sheets
    COLUMN_MISSING = "column_missing", N_("缺少「%(column)s」一列，这张表无法导入")
    COLUMN_REPEATED = "column_repeated", N_("「%(column)s」出现了两列，只用第一列")
    # people
    NAME_MISSING = "name_missing", N_("这一行没有姓名")
    ID_NUMERIC = (
        "id_numeric",
        N_("身份证号存成了数字，Excel 只保留前 15 位，后几位已丢失。请把该列设为文本后重新填写"),
    )
    ID_MALFORMED = "id_malformed", N_("身份证号「%(text)s」应为 18 位，末位可为 X")
    ID_CHECK_DIGIT = "id_check_digit", N_("身份证号 %(text)s 的校验位不对，请核对")
    ID_BIRTH_MISMATCH = "id_birth_mismatch", N_("出生年月 %(column)s 与身份证号里的 %(number)s 不一致")
    ID_GENDER_MISMATCH = "id_gender_mismatch", N_("性别「%(column)s」与身份证号不一致")
    PERSON_REPEATED = "person_repeated", N_("%(name)s 与第 %(other)s 行完全相同，只导入一次")
    PERSON_CONTRADICTS = (
        "person_contradicts",
        N_("%(name)s 与第 %(other)s 行是同一人，但「%(columns)s」不同，请统一"),
    )
    PHONE_SHARED = "phone_shared", N_("%(name)s 的电话与第 %(other)s 行 %(other_name)s 相同，请核对")
    PHONE_NUMERIC = (
        "phone_numeric",
        N_("电话存成了数字，已按 %(text)s 读取。座机会丢开头的 0，建议把该列设为文本"),
    )
    PHONE_BROKEN = "phone_broken", N_("「%(text)s」不像电话号码，这一格不导入")
    TERM_MISSING = "term_missing", N_("聘任的讲师没有填聘期")
    COURSES_MISSING = "courses_missing", N_("没有填可授课程，不会被排课")
    REMARK_TO_CONFIRM = "remark_to_confirm", N_("备注「%(text)s」可能影响排课，请在「待确认」里确认")
    # dates, numbers, words
    DATE_BROKEN = "date_broken", N_("「%(text)s」不是日期")
    YEAR_MONTH_BROKEN = "year_month_broken", N_("「%(text)s」不是年月，请写成 1988.08 或 1988年08月")
    INTERVAL_REVERSED = "interval_reversed", N_("结束 %(end)s 早于开始 %(start)s")
    NUMBER_BROKEN = "number_broken", N_("「%(text)s」不是%(low)s至%(high)s之间的数")
    WORD_UNKNOWN = "word_unknown", N_("「%(text)s」不在可选范围内：%(choices)s")
    CELL_ERROR = "cell_error", N_("这一格是公式错误或无法识别的内容")
    TEXT_LONG = "text_long", N_("文字超过 %(limit)s 字")
    REQUIRED_MISSING = "required_missing", N_("这一格必须填写")
    # courses, bases, classes, sessions
    COURSE_UNKNOWN = "course_unknown", N_("课程「%(name)s」不在课程目录里")
    BASE_UNKNOWN = "base_unknown", N_("基地「%(name)s」不在备案表里")
    BASE_NOT_FILED = "base_not_filed", N_("「%(name)s」备案状态为「%(state)s」，备案前不能排课")
    TOWN_NEW = "town_new", N_("系统里没有镇街「%(name)s」，确认后将新建")
    TOWN_UNKNOWN = "town_unknown", N_("「%(name)s」不是镇街，这一格不导入")
    ROW_REPEATED = "row_repeated", N_("「%(name)s」与第 %(other)s 行相同，只导入一次")
    ROW_CONTRADICTS = (
        "row_contradicts",
        N_("「%(name)s」与第 %(other)s 行重复，但「%(columns)s」不同，请统一"),
    )
    CLASS_REPEATED = "class_repeated", N_("班次编号 %(number)s 与第 %(other)s 行重复")
    CLASS_UNKNOWN = "class_unknown", N_("没有班次编号 %(number)s，这个课次不属于任何班次")
    SESSION_REPEATED = "session_repeated", N_("班次 %(number)s 的第 %(sequence)s 课次与第 %(other)s 行重复")
    SESSION_OUTSIDE = (
        "session_outside",
        N_("日期 %(day)s 不在班次 %(number)s 的起止日期 %(start)s 至 %(end)s 之内"),
    )
    CLASS_WITHOUT_SESSIONS = "class_without_sessions", N_("班次 %(number)s 没有任何课次")
    OPENING_BROKEN = "opening_broken", N_("读不懂开放时段「%(text)s」，请在基地页面里填写")
    OPENING_MISSING = "opening_missing", N_("没有填开放时段，按全天开放处理")
    LEAD_TIME_BROKEN = "lead_time_broken", N_("读不懂预约提前量「%(text)s」，按不限处理")
    COORDINATE_BROKEN = "coordinate_broken", N_("「%(text)s」不是有效的经纬度，这一格不导入")
    # posts
    PERSON_UNKNOWN = "person_unknown", N_("%(name)s 不在师资信息表里")
    PERSON_NAME_SHARED = "person_name_shared", N_("有不止一位「%(name)s」，这一格不导入，请在排课时指定")
    PERSON_AMBIGUOUS = "person_ambiguous", N_("有不止一位「%(name)s」，分不清是哪一位")
    LEADER_NEW = "leader_new", N_("%(name)s 不在师资信息表里，先登记姓名、单位和职务，补全后才能排课")
    SESSION_SETTLED = "session_settled", N_("这个课次%(state)s，表里的改动不导入，请在排课里调整")
    SESSION_TIED = "session_tied", N_("这个课次是套餐的一部分，表里的改动不导入，请在套餐页面里调整")
    POST_REPEATED = "post_repeated", N_("%(name)s 的这个职务与第 %(other)s 行重复")
    POST_START_MISSING = "post_start_missing", N_("%(name)s 没有填任职起，按当年年初起算")
    POST_STARTS_IN_YEAR = "post_starts_in_year", N_("%(name)s %(day)s 才任职，当年的讲党课任务按任职时间计算")
    POST_ENDS_IN_YEAR = "post_ends_in_year", N_("%(name)s %(day)s 离任，任务须在此前完成")
    POST_OUTSIDE_YEAR = "post_outside_year", N_("%(name)s 的任职时间与 %(year)s 年没有重合，当年没有任务")


class Action(Labelled):
    """What confirming will do with a row."""

    CREATE = "create", N_("新建")
    UPDATE = "update", N_("更新")
    SAME = "same", N_("不变")


class ImportState(Labelled):
    """Life of an import."""

    UPLOADED = "uploaded", N_("等待读取")
    READING = "reading", N_("正在读取")
    READY = "ready", N_("待确认")
    CONFIRMED = "confirmed", N_("等待写入")
    APPLYING = "applying", N_("正在写入")
    DONE = "done", N_("已导入")
    FAILED = "failed", N_("未成功")
    CANCELLED = "cancelled", N_("已取消")


CLOSE = N_("(是否为「%(close)s」？)")
"""Added to a sentence about an unknown name when a known one is like it."""
