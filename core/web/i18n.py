"""Languages: Chinese is the source and the default, English is complete; no browser chooses for a person."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import flask_babel
from flask import Blueprint, Flask, Response, has_request_context, redirect, request, session
from flask_babel import Babel
from markupsafe import Markup, escape

from core.errors import InvalidInput, PlatformError
from core.extensions.phrases import taken_apart
from core.web.markers import public

DEFAULT = "zh_Hans_CN"
#: locale → the language's own name for itself
LANGUAGES = {DEFAULT: "中文", "en": "English"}
TIMEZONE = "Asia/Shanghai"
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
_KEY = "locale"

blueprint = Blueprint("web", __name__)


def install(app: Flask) -> None:
    """Set up Flask-Babel and the address that switches the language."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(TRANSLATIONS))
    Babel(app, default_locale=DEFAULT, default_timezone=TIMEZONE, locale_selector=chosen_locale)
    app.jinja_env.globals.update(gettext=words, ngettext=counted_words, error_text=said, listed=listed)
    app.register_blueprint(blueprint)
    app.context_processor(
        lambda: {"locale": chosen_locale(), "languages": LANGUAGES, "lang": lang_tag(chosen_locale())}
    )


def chosen_locale() -> str:
    """The language the person has chosen, else Chinese: a county office with an English Windows still works
    in Chinese."""
    if has_request_context() and request.path.startswith("/api/v1/"):  # a program says what it reads
        best = request.accept_languages.best_match(["zh-CN", "zh", "en"])
        return "en" if best == "en" else DEFAULT
    if has_request_context() and request.path.startswith("/public/"):  # one page for everybody: no cookie is read
        return "en" if request.args.get("lang") == "en" else DEFAULT
    found = session.get(_KEY) if has_request_context() else None
    return found if found in LANGUAGES else DEFAULT


def words(text: str, /, **variables: object) -> str:
    """`_` of the templates. Jinja's own trusts the text as markup and treats it as a format even where there is
    nothing to fill in; a title or a reason somebody typed must stay plain text, and its "%" too."""
    if isinstance(text, Markup) and not variables:  # put together already
        return text
    found = _found(text) if text else ""
    return escape(found) % variables if variables else found


def _found(text: str) -> str:
    """The text in the language of this request. A page of rows says the same words fifty times over; looking up the
    language each time took a quarter of it."""
    if not has_request_context():
        return told(text)
    kept: dict[str, str] = request.environ.setdefault("bangfu.words", {})
    found = kept.get(text)
    if found is None:
        found = kept[text] = told(text)
    return found


def told(text: str) -> str:
    """A text in the language of this request, also one that a rule has filled in: that is taken apart, and what stands
    in its places is told as well."""
    found = str(flask_babel.gettext(text))
    if found != text or chosen_locale() == DEFAULT:
        return found
    parts = taken_apart(text)
    if parts is None:
        return text
    message, values = parts
    return str(flask_babel.gettext(message)) % {name: listed(value) for name, value in values.items()}


def listed(value: str) -> str:
    """A text, or each of several that stand in a row or in lines of their own; a text may itself hold the sign between
    them."""
    if chosen_locale() == DEFAULT:
        return value
    if "\n" in value:
        return "\n".join(map(listed, value.split("\n")))
    parts, found = value.split("、"), list[str]()
    while parts:
        runs = ("、".join(parts[:count]) for count in range(len(parts), 0, -1))
        text = next((run for run in runs if told(run) != run), parts[0])
        found.append(told(text))
        parts = parts[text.count("、") + 1 :]
    return ", ".join(found)


def said(error: PlatformError) -> str:
    """What an error says, in the language of this request."""
    if not error.params:
        return told(error.message)
    values = {name: listed(value) if isinstance(value, str) else value for name, value in error.params.items()}
    return str(flask_babel.gettext(error.message)) % values


def counted_words(one: str, many: str, number: int, /, **variables: object) -> Markup:
    """The same where English tells one from many."""
    found = flask_babel.get_translations().ngettext(one, many, number)
    return escape(str(found)) % {"num": number, **variables}


def lang_tag(locale: str) -> str:
    """The locale as HTML's lang attribute writes it."""
    return "zh-CN" if locale == DEFAULT else locale


@blueprint.post("/language")
@public("选择界面语言，登录前也可以")
def language() -> Response:
    """Keep the chosen language and go back to the page it was chosen on."""
    wanted = request.form.get("locale", "")
    if wanted not in LANGUAGES:
        raise InvalidInput()
    session[_KEY] = wanted
    return redirect(own_address(request.form.get("next", "")))  # type: ignore[return-value]


def own_address(target: str) -> str:
    """The address if it is one of ours, else the front page: a link from outside may not redirect people."""
    parts = urlsplit(target)
    local = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if local and "\\" not in target and target.isprintable() else "/"
