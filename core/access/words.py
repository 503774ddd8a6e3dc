"""Rules in words an official reads, and lists as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from flask import Response
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.reading import trail_export
from core.access.rules import EVERYBODY, FACTS, Line, parse_condition
from core.units.models import Unit

#: a cell that begins so would be run as a formula
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def unit_names(session: Session, paths: Iterable[str]) -> dict[str, str]:
    """The names of the units at these paths."""
    wanted = sorted({path for path in paths if path})
    if not wanted:
        return {}
    rows = session.execute(select(Unit.path, Unit.name).where(Unit.path.in_(wanted)))
    return {row.path: row.name for row in rows}


def line_in_words(line: Line, known: Catalogue, names: Mapping[str, str]) -> str:
    """`县级管理员 可以 管理账号与任职（贵定县及以下）`."""
    who = gettext("任何角色") if line.role == EVERYBODY else gettext(known.role_title(line.role))
    verb = gettext("可以") if line.eft == "allow" else gettext("不得")
    what = "、".join(gettext(known.action_title(code)) for code in known.actions_of(line)) or f"{line.obj}:{line.act}"
    where = gettext("%(name)s及以下", name=names.get(line.tenant, line.tenant)) if line.tenant else gettext("各处")
    when = condition_in_words(line.cond, known)
    said: str = (gettext("%(who)s %(verb)s %(what)s（%(where)s；%(when)s）", who=who, verb=verb, what=what, where=where, when=when) if when
                 else gettext("%(who)s %(verb)s %(what)s（%(where)s）", who=who, verb=verb, what=what, where=where))
    return said


def condition_in_words(cond: str, known: Catalogue) -> str:
    """`由本人提交，且不是学生资助中心经办`."""
    parts = []
    for wanted, term in parse_condition(cond):
        if term.startswith("role:"):
            role = gettext(known.role_title(term[5:]))
            parts.append(gettext("是%(role)s", role=role) if wanted else gettext("不是%(role)s", role=role))
        else:
            parts.append(("" if wanted else gettext("并非")) + gettext(FACTS.get(term, term)))
    return gettext("当") + gettext("，且").join(parts) if parts else ""


def as_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A list as a file that opens in Excel with its Chinese intact."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return Response("\ufeff" + out.getvalue(), mimetype="text/csv; charset=utf-8",
                    headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A list as a file, with the entry that it has been given out."""
    found = list(rows)
    trail_export(f"{name}.csv", len(found))
    return as_csv(name, head, found)


def _plain(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return "'" + text if text.startswith(FORMULA) else text
