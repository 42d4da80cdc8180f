"""The check of the English catalogues finds each kind of gap, on a small tree of its own."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool, pointed at a tree with one feature and one page."""
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "translations" / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "TRANSLATIONS", tmp_path / "translations")
    monkeypatch.setattr(tool, "TEMPLATES", tmp_path / "templates")
    (tmp_path / "bases").mkdir()
    (tmp_path / "templates" / "bases").mkdir(parents=True)
    (tmp_path / "bases" / "services.py").write_text('gettext("%(n)s 个基地", n=1)\n')
    (tmp_path / "templates" / "bases" / "page.html").write_text("<h1>{{ _('基地') }}</h1>\n")
    return tool


def translate(tool: ModuleType, sentences: dict[str, str]) -> None:
    tool.update()
    path = tool.po_path("bases")
    text = path.read_text()
    for chinese, english in sentences.items():
        text = text.replace(f'msgid "{chinese}"\nmsgstr ""', f'msgid "{chinese}"\nmsgstr "{english}"')
    path.write_text(text)


def test_complete_catalogue_has_no_faults_and_compiles(catalogues: ModuleType) -> None:
    translate(catalogues, {"基地": "Bases", "%(n)s 个基地": "%(n)s bases"})
    assert catalogues.check() == 0
    catalogues.compile_all()
    assert b"%(n)s bases" in catalogues.po_path("bases").with_suffix(".mo").read_bytes()


def test_update_keeps_english_and_is_stable(catalogues: ModuleType) -> None:
    translate(catalogues, {"基地": "Bases", "%(n)s 个基地": "%(n)s bases"})
    before = catalogues.po_path("bases").read_bytes()
    catalogues.update()
    assert catalogues.po_path("bases").read_bytes() == before


@pytest.mark.parametrize(
    ("sentences", "fault"),
    [
        ({"基地": "Bases"}, "no English in bases"),
        ({"基地": "Bases", "%(n)s 个基地": "%(m)s bases"}, "placeholders differ"),
        ({"基地": "Bases", "%(n)s 个基地": "some bases"}, "placeholders differ"),
    ],
)
def test_gap_is_found(catalogues: ModuleType, sentences: dict[str, str], fault: str) -> None:
    translate(catalogues, sentences)
    assert [fault in found for found in catalogues.faults_in("bases")] == [True]


def test_new_and_vanished_sentences_are_found(catalogues: ModuleType) -> None:
    translate(catalogues, {"基地": "Bases", "%(n)s 个基地": "%(n)s bases"})
    (catalogues.TEMPLATES / "bases" / "page.html").write_text("<h1>{{ _('场地') }}</h1>\n")
    found = list(catalogues.faults_in("bases"))
    assert ["not in the catalogue" in found[0], "no longer in the sources" in found[1], len(found)] == [
        True,
        True,
        2,
    ]


def test_unmarked_chinese_in_a_page_is_found(catalogues: ModuleType) -> None:
    page = catalogues.TEMPLATES / "bases" / "page.html"
    page.write_text("{# 注释 #}<p>{{ _('基地') }}</p><p>{% trans %}场地{% endtrans %}</p>")
    assert list(catalogues.unmarked_in_templates()) == []
    page.write_text("<p>基地</p>")
    assert len(list(catalogues.unmarked_in_templates())) == 1
