"""Take a picture of every page with the demo's data, at desk and phone width, into screenshots/.

The pages come from the application's own map of addresses: a page that no link and no entry of ADDRESSES
reaches is named at the end, and the exit code is 1.
"""

from __future__ import annotations

import html
import logging
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page, sync_playwright
from sqlalchemy import select
from werkzeug.routing import AnyConverter, Rule
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.access.models import Assignment  # noqa: E402  # after the path, as for every script
from core.accounts.demo import PASSWORD  # noqa: E402
from core.accounts.models import Account  # noqa: E402
from core.app import create_app  # noqa: E402
from core.config import Settings  # noqa: E402
from core.units.models import Unit  # noqa: E402
from scripts import gallery_aid, gallery_cases, gallery_gifts, gallery_lists, gallery_sources  # noqa: E402

OUT = ROOT / "screenshots"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=zh-CN"]
SIZES = {"desk": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
#: whose eyes the pages are seen with, in order of preference: role and code of the unit
PEOPLE = [("tenant_admin", "522723"), ("platform_admin", "52"), ("plan_approver", "522723"), ("auditor", "52"),
          ("school_clerk", ""), ("tenant_admin", "510822"), ("aid_centre", "522723"), ("auditor", "9902"),
          ("finance_room", "620822106-S01"), ("province_bureau", "62")]
#: pages that no link leads to, and states worth a picture of their own: name, person, address
ADDRESSES = [
    ("accounts.sign_in", None, "/sign-in"),
    ("shell.search", 0, "/search?q=gd"),
    ("shell.search · nothing", 0, "/search?q=没有这样的单位"),
    ("error 404", 0, "/u/522723/nowhere"),
    ("error 404 · out of scope", 0, "/u/520102/"),
    ("error 403", 4, "/u/{unit}/access/rules/new"),
    ("shell.workbench · school", 4, "/u/{unit}/"),
    ("shell.workbench · province", 1, "/u/52/"),
    ("education_aid.board · province", 3, "/u/52/p/education_aid/board"),
    ("education_aid.batch", 6, "/u/522723/p/education_aid/batches/{batch}"),
    ("education_aid.batch · at the bank", 6, "/u/522723/p/education_aid/batches/{at_bank}"),
    ("education_aid.letter", 6, "/u/522723/p/education_aid/letters/{letter}"),
    ("education_aid.letter · answered", 6, "/u/522723/p/education_aid/letters/{answered}"),
    ("education_aid.band", 6, "/u/522723/p/education_aid/bands/{band}"),
    ("education_aid.check", 6, "/u/522723/p/education_aid/check"),
    ("education_aid.pay", 6, "/u/522723/p/education_aid/pay"),
    ("education_aid.hunt_board", 0, "/u/522723/p/education_aid/hunt"),
    ("education_aid.board · school", 0, "/u/522723001-S01/p/education_aid/board"),
    ("education_aid.class_list", 0, "/u/522723001-S01/p/education_aid/class?class_name=四（1）班"),
    ("education_aid.admission_round", 6, "/u/522723/p/education_aid/rounds/{round}"),
    ("education_aid.dropout_case", 6, "/u/522723/p/education_aid/dropouts/{dropout}"),
    ("education_aid.what_if", 6, "/u/522723/p/education_aid/what-if/{draft}"),
    ("education_aid.below_list", 9, "/u/62/p/education_aid/what-if/below"),
    ("education_aid.below", 9, "/u/62/p/education_aid/what-if/below/{below}"),
    ("education_aid-public.open_card", None, "/public/522723/education_aid/card/{card}"),
    ("units.show · township", 0, "/u/522723001/units"),
    *((f"units.change · {kind}", 1, f"/u/522723001/units/{kind}") for kind in ("close", "move", "recode", "split")),
    ("units.write · rename", 1, "/u/522723001/units/rename"),
    ("units.show · as of", 0, "/u/522723/units?as_of=2015-01-01"),
    ("api.docs", 0, "/api/docs?unit=522723"),
    ("accounts.code", None, "/sign-in"),
    ("people.person · overtaken", 0, ""),
    ("public.home", None, "/public/522723/"),
    ("donations-public.certificates", None, "/public/510822/donations/certificates/"),
    ("donations-public.certificate", None, "{certificate}"),
    ("donations-public.needs", None, "/public/522723/donations/needs/"),
    ("donations.certificates_due", 5, "/u/510822/p/donations/certificates/due"),
    ("donations.seal", 5, "/u/510822/p/donations/seal"),
    ("donations.publicity", 0, "/u/522723/p/donations/publicity"),
    ("donations.library", 0, "/u/522723/p/donations/library"),
    ("processes.overdue", 6, "/u/522723/overdue"),
    ("inspections.findings · city", 7, "/u/9902/findings"),
    ("inspections.checks", 8, "/u/620822106-S01/checks"),
    ("inspections.new_finding", 0, "/u/522723/findings/new"),
    ("funds.alarm_list", 6, "/u/522723/funds/alarms"),
    ("public.follow_up_form", None, "/public/522723/objections"),
    *((f"sources.{page}", 0, f"/u/522723/sources/{page}?{{lists}}") for page in ("compare", "persons", "differences")),
    ("tenancy.compare", 1, "/u/52/plan/compare?left=00&with=522723"),
]
#: parts of pages and downloads; no pictures of these
SKIPPED = re.compile(r"^/(static|api|healthz|readyz|metrics|robots)\b|\.(csv|toml|xlsx|json|pdf)$"
                     r"|/(tree|suggest|children|pick|file|marked|totals)$|/template$|/jobs/mark$|/export/|/sealed$|^/$")
#: downloads whose address does not say so
FILES = re.compile(r"\.(template_file|file|picture|marked|template|sealed_file|round_trip|export|evidence|certificate_pdf|photo_picture"
                   r"|seal_picture|card_code|return_import|roll_file|roll_up_file|due_file)( · |$)")
#: the ledgers share their pages: all of them are shown of this one, of the others the list
OTHER_LEDGERS = re.compile(r"^ledger-(?!core-households\.).*\.(?!index$)")
#: pages the demo has no case for, and why
NO_CASE = {"units.change · reopen": "no unit of the demo is closed",
           **dict.fromkeys(("providers.leave", "providers.back"), "on the way to a provider and back: no pages")}
PAGES_PER_PERSON = 600
#: what is done on a page before its picture is taken
DEEDS: dict[str, Callable[[Page], None]] = {"api.docs": gallery_cases.viewer_loaded, "accounts.code": gallery_cases.second_factor,
                                            "people.person · overtaken": gallery_cases.overtaken}


@dataclass(frozen=True)
class Shot:
    """One page to be taken: what it is, who looks, where it is."""

    name: str
    person: int | None
    address: str


def main() -> int:
    """Take all pictures; 1 when a page has none."""
    os.environ.update(BANGFU_DEMO="1", BANGFU_JOBS="off")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    subprocess.run([sys.executable, "-m", "core", "demo", "load"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder, gallery_cases.copied(Settings.from_env().data_dir, Path(folder)):
        app = create_app(Settings.from_env())
        people = find_people(app)
        gallery_cases.make(app, people[0][0])
        gallery_aid.make(app)
        gallery_gifts.make(app)
        clerk = app.test_client()
        sign_in(clerk, people[0][0])
        gallery_lists.bring(clerk)
        return picture(app, people, gallery_sources.bring(app, clerk))


def picture(app: Flask, people: list[tuple[str, str]], lists: str) -> int:
    """Take the pictures of this app; `lists` chooses the outside lists."""
    shots, missing = plan(app, people, lists)
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    wanted = re.compile(os.environ.get("PAGES", "."))
    shots = [shot for shot in shots if wanted.search(shot.name)]
    with serve(app) as url, browse() as context:
        for number, shot in enumerate(shots, 1):
            sys.stdout.write(f"\r{number}/{len(shots)} {shot.name:40.40}")
            sys.stdout.flush()
            take(context, url, people, shot)
    (OUT / "index.html").write_text(index(shots, people), encoding="utf-8")
    sys.stdout.write(f"\r{len(shots)} pages in {OUT / 'index.html'}\n")
    for name in missing:
        sys.stdout.write(f"no picture of {name}: give it an address in scripts/gallery.py\n")
    return 1 if missing else 0


def find_people(app: Flask) -> list[tuple[str, str]]:
    """Login and unit code of the demo's person for each entry of PEOPLE."""
    session = app.extensions["bangfu.database"].session()
    found = []
    for role, code in PEOPLE:
        query = (select(Account.login, Unit.code).join(Assignment, Assignment.account_id == Account.id)
                 .join(Unit, Unit.id == Assignment.unit_id).where(Account.demo, Assignment.role == role))
        row = session.execute(query.where(Unit.code == code) if code else query.order_by(Unit.path)).first()
        if row is None:
            raise SystemExit(f"the demo has no {role} at {code or 'any unit'}")
        found.append((row.login, row.code))
    session.close()
    return found


def plan(app: Flask, people: list[tuple[str, str]], lists: str) -> tuple[list[Shot], list[str]]:
    """An address for every page of the map, found by following links as each person; and the pages left over."""
    wanted = {name for rule in app.url_map.iter_rules() for name in names_of(rule)}
    certificate = gallery_cases.certificate_address(app)
    aid = gallery_aid.addresses(app)
    fixed = [Shot(name, person, address.format(unit=people[person][1] if person is not None else "", certificate=certificate,
                                              lists=lists, **aid))
             for name, person, address in ADDRESSES]
    found = {shot.name: shot for shot in fixed if shot.name in wanted}
    for number, (login, code) in enumerate(people):
        client = app.test_client()
        sign_in(client, login)
        for name, address in walk(app, client, f"/u/{code}/", found):
            if name in wanted:
                found.setdefault(name, Shot(name, number, address))
    if "people.person" in found:
        one = found["people.person"]
        fixed = [replace(shot, person=one.person, address=one.address) if shot.name == "people.person · overtaken" else shot
                 for shot in fixed]
    extra = [shot for shot in fixed if shot.name not in wanted]
    return sorted(found.values(), key=lambda shot: shot.name) + extra, sorted(wanted - set(found) - set(NO_CASE))


def names_of(rule: Rule) -> Iterator[str]:
    """The names a rule's pages go by: the endpoint, and each value where the address offers a choice."""
    if "GET" not in (rule.methods or ()) or SKIPPED.search(rule.rule) or left_out(rule.endpoint):
        return
    choices = [converter.items for converter in rule._converters.values() if isinstance(converter, AnyConverter)]
    if not choices:
        yield rule.endpoint
    for value in choices[0] if choices else ():
        yield f"{rule.endpoint} · {value}"


def left_out(endpoint: str) -> bool:
    """Whether it is a download, or a page that another ledger shows."""
    return bool(FILES.search(endpoint) or OTHER_LEDGERS.search(endpoint))


def walk(app: Flask, client: FlaskClient, start: str, found: Mapping[str, Shot]) -> Iterator[tuple[str, str]]:
    """Follow links from the workbench, those to pages without a picture first and a few for each, fewer for the others;
    the name and address of each good page."""
    fresh, known, seen, tried = deque([start, "/me"]), deque[str](), {start, "/me"}, dict[str, int]()
    for _ in range(PAGES_PER_PERSON):
        if not fresh and not known:
            return
        address = (fresh or known).popleft()
        answer = client.get(address)
        if answer.status_code != 200 or answer.mimetype != "text/html" or "<html" not in answer.text:
            continue
        yield name_at(app, address), address
        for link in re.findall(r'href="(/[^"#]*)', answer.text):
            target = html.unescape(link)
            name = name_at(app, target)
            if target not in seen and name and tried.get(name, 0) < (2 if name in found else 4):
                seen.add(target)
                tried[name] = tried.get(name, 0) + 1
                (known if name in found else fresh).append(target)


def name_at(app: Flask, address: str) -> str:
    """The name of the page at an address; empty for what is no page."""
    path = address.partition("?")[0]
    try:
        rule, values = app.url_map.bind("localhost").match(path, method="GET", return_rule=True)
    except Exception:  # redirects and unknown addresses are no pages
        return ""
    if SKIPPED.search(rule.rule) or left_out(rule.endpoint):
        return ""
    choice = [str(values[key]) for key, made in rule._converters.items() if isinstance(made, AnyConverter)]
    return f"{rule.endpoint} · {choice[0]}" if choice else str(rule.endpoint)


def sign_in(client: FlaskClient, login: str) -> None:
    """Sign a test browser in, with the mark of its own form."""
    page = client.get("/sign-in").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    client.post("/sign-in", data={"login": login, "password": PASSWORD, "csrf_token": token.group(1) if token else ""})


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """The application on a free local port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@contextmanager
def browse() -> Iterator[BrowserContext]:
    """Debian's Chromium with a fresh profile."""
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as profile:
        context = driver.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=FLAGS, headless=True, locale="zh-CN", color_scheme="light"
        )
        yield context
        context.close()


def take(context: BrowserContext, url: str, people: list[tuple[str, str]], shot: Shot) -> None:
    """Both pictures of one page."""
    page = context.new_page()
    enter(context, page, url, people[shot.person][0] if shot.person is not None else None)
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.goto(url + shot.address, wait_until="networkidle")
        if shot.name in DEEDS:
            DEEDS[shot.name](page)
        page.screenshot(path=OUT / f"{slug(shot.name)}.{size}.png", full_page=True)
    page.close()
    if shot.name in DEEDS:
        _who["login"] = ""  # whoever is signed in now, it is not to be relied on


_who: dict[str, str | None] = {"login": None}


def enter(context: BrowserContext, page: Page, url: str, login: str | None) -> None:
    """Become this person, unless the browser is already."""
    if _who["login"] == login:
        return
    context.clear_cookies()
    _who["login"] = login
    if login:
        page.goto(f"{url}/sign-in")
        page.fill('input[name="login"]', login)
        page.fill('input[name="password"]', PASSWORD)
        page.press('input[name="password"]', "Enter")
        page.wait_for_url(re.compile(r"/u/"))


def index(shots: list[Shot], people: list[tuple[str, str]]) -> str:
    """One page with all pictures, to look through."""
    rows: list[Any] = []
    for shot in shots:
        who = people[shot.person][0] if shot.person is not None else "—"
        pictures = "".join(f'<a href="{slug(shot.name)}.{size}.png"><img loading="lazy" src="{slug(shot.name)}.{size}.png" '
                           f'height="380" alt=""></a>' for size in SIZES)
        rows.append(f"<section><h2>{html.escape(shot.name)}</h2><p>{html.escape(shot.address)} · {who}</p>{pictures}</section>")
    return ('<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>帮扶 · 全部页面</title>'
            "<style>body{font:14px sans-serif;margin:2rem}img{border:1px solid #ccc;margin-right:1rem;"
            "object-fit:cover;object-position:top}</style>"
            f"<h1>帮扶 · {len(shots)} 个页面</h1>{''.join(rows)}")


def slug(name: str) -> str:
    """The name as a file name."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-")


if __name__ == "__main__":
    sys.exit(main())
