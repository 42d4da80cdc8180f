"""The English catalogues, one a feature: `update` extracts, `check` finds gaps, `compile` makes .mo files.

A feature's sentences come from its package and templates/<feature>/; `core` takes core/, app/ and every other
template. Chinese is the language of the sources, so it needs no catalogue.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "translations"
TEMPLATES = ROOT / "templates"
FEATURES = (
    "core",
    "accounts",
    "notifications",
    "score_forms",
    "courses",
    "instructor_pool",
    "bases",
    "party_lessons",
    "scheduling",
    "orders",
    "evaluations",
    "trainees",
    "exchange",
)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdif]")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
ENDONYM = "中文"
"""The one word that every language writes alike: the name of the language itself."""


def po_path(feature: str) -> Path:
    """Where a feature's English catalogue is kept."""
    return TRANSLATIONS / feature / "en" / "LC_MESSAGES" / "messages.po"


def sources(feature: str) -> list[Path]:
    """The files whose sentences belong to a feature's catalogue, in a fixed order."""
    packages = ["core", "app"] if feature == "core" else [feature]
    found = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    if feature == "core":
        found += [
            p for p in TEMPLATES.rglob("*.html") if p.relative_to(TEMPLATES).parts[0] not in FEATURES[1:]
        ]
        found += (TEMPLATES / "core").rglob("*.html")
    else:
        found += (TEMPLATES / feature).rglob("*.html")
    return sorted(set(found))


def extract(feature: str) -> Catalog:
    """Every marked sentence of a feature, untranslated."""
    catalog = Catalog(charset="utf-8")
    for path in sources(feature):
        method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
        for line, message, _comments, context in extract_from_file(method, path, keywords=KEYWORDS):
            catalog.add(message, locations=[(path.relative_to(ROOT).as_posix(), line)], context=context)
    return catalog


def read(feature: str) -> Catalog:
    """A feature's English catalogue, empty when there is none yet."""
    path = po_path(feature)
    if not path.exists():
        return Catalog(locale="en", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="en", charset="utf-8")


def update() -> None:
    """Bring every catalogue in line with the sources; new sentences get an empty msgstr, old ones leave."""
    for feature in FEATURES:
        catalog, template = read(feature), extract(feature)
        if not len(template) and not po_path(feature).exists():
            continue
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        po_path(feature).parent.mkdir(parents=True, exist_ok=True)
        with po_path(feature).open("wb") as file:
            write_po(
                file,
                catalog,
                width=0,
                no_location=True,
                omit_header=True,
                sort_output=True,
                ignore_obsolete=True,
            )
        empty = sum(1 for message in catalog if message.id and not is_translated(message))
        print(f"{feature}: {len(catalog)} sentences, {empty} without English")


def compile_all() -> None:
    """Write each .mo that is older than its .po."""
    for feature in FEATURES:
        po, mo = po_path(feature), po_path(feature).with_suffix(".mo")
        if po.exists() and (not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime):
            fresh = mo.with_suffix(".new")
            with fresh.open("wb") as file:
                write_mo(file, read(feature))
            fresh.replace(mo)


def is_translated(message: Message) -> bool:
    """Whether every plural form has text."""
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return bool(strings) and all(strings)


def placeholders(text: str | tuple[str, ...] | list[str] | None) -> set[str]:
    """The %(name)s marks of a sentence or of all its plural forms together."""
    forms = [text] if isinstance(text, str) else text or []
    return {mark for form in forms for mark in PLACEHOLDER.findall(form)}


def faults_in(feature: str) -> Iterator[str]:
    """What keeps a feature's English from being complete, one sentence each."""
    catalog, template = read(feature), extract(feature)
    for wanted in template:
        if not wanted.id:
            continue
        where = f"{wanted.locations[0][0]}:{wanted.locations[0][1]}"
        message = catalog.get(wanted.id, wanted.context)
        if message is None:
            yield f"{where}: not in the catalogue (./run translate): {wanted.id!r}"
        elif not is_translated(message):
            yield f"{where}: no English in {feature}: {wanted.id!r}"
        elif placeholders(message.id) != placeholders(message.string):
            yield f"{where}: placeholders differ: {message.id!r} / {message.string!r}"
    for message in catalog:
        if message.id and template.get(message.id, message.context) is None:
            yield f"{feature}: no longer in the sources (./run translate): {message.id!r}"


def unmarked_in_templates() -> Iterator[str]:
    """Chinese text of templates outside any translation mark."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted(TEMPLATES.rglob("*.html")):
        inside = False
        for line, token, value in environment.lex(path.read_text(encoding="utf-8")):
            if token == "name" and value in {"trans", "endtrans"}:  # noqa: S105  (a kind of token)
                inside = value == "trans"
            elif token == "data" and not inside and (found := CHINESE.search(value.replace(ENDONYM, ""))):  # noqa: S105
                yield f"{path.relative_to(ROOT)}:{line}: not marked for translation: {found.group()!r}"


def check() -> int:
    """Print every fault; the number of them."""
    faults = [fault for feature in FEATURES for fault in faults_in(feature)] + list(unmarked_in_templates())
    for fault in faults:
        print(fault)
    print(f"{len(faults)} faults in {len(FEATURES)} catalogues")
    return len(faults)


def main(verb: str) -> int:
    """Run one verb; the exit code."""
    if verb == "update":
        update()
    elif verb == "compile":
        compile_all()
    elif verb == "check":
        return 1 if check() else 0
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
