"""The destinations on the left: only what the role can use, nothing that leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from core.words import N_


@dataclass(frozen=True, slots=True)
class Destination:
    """A place to go: shown when the actor holds any of `permissions`; active below any of `paths`."""

    key: str
    word: str
    url: str
    icon: str
    permissions: tuple[P, ...]
    paths: tuple[str, ...] = ()
    children: tuple[Destination, ...] = ()
    active: bool = False

    @property
    def label(self) -> str:
        """The word in the user's language."""
        return str(gettext(self.word))


DESTINATIONS = (
    Destination("home", N_("工作台"), "/", "home", (P.OWN_ACCOUNT,)),
    Destination(
        "duties",
        N_("党课责任"),
        "/duties/",
        "duty",
        (P.DUTY_VIEW, P.OWN_TEACHING),
        ("/duties/",),
        (
            Destination("duty_board", N_("责任清单"), "/duties/", "list", (P.DUTY_VIEW,)),
            Destination("own_duties", N_("我的党课责任"), "/duties/mine", "lectern", (P.OWN_TEACHING,)),
        ),
    ),
    Destination(
        "settings",
        N_("设置"),
        "/accounts/",
        "settings",
        (P.ACCOUNT_VIEW, P.IMPORT),
        ("/accounts/", "/imports/"),
        (
            Destination("users", N_("账号"), "/accounts/", "user", (P.ACCOUNT_VIEW,)),
            Destination("imports", N_("数据导入"), "/imports/", "upload", (P.IMPORT,)),
        ),
    ),
)


def _within(item: Destination, path: str) -> bool:
    return path == item.url or any(path.startswith(p) for p in item.paths or (item.url,) if p != "/")


def destinations(actor: Actor, path: str) -> list[Destination]:
    """What this actor sees, with the current one marked; a destination opens on its first allowed child."""
    shown = []
    for item in DESTINATIONS:
        if not any(actor.can(p) for p in item.permissions):
            continue
        children = tuple(
            replace(c, active=_within(c, path))
            for c in item.children
            if any(actor.can(p) for p in c.permissions)
        )
        url = children[0].url if children else item.url
        active = _within(item, path) or any(c.active for c in children)
        shown.append(replace(item, children=children, url=url, active=active))
    return shown
