"""The catalogue of messages: gathered from the sources, kept beside their English.

`python -m core.web.catalogue` brings core/translations up to date and says what still has no English.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
ENGLISH = ROOT / "core" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
FOLDERS = {"core", "plugins"}
CHINESE = re.compile(r"[\u4e00-\u9fff，、。：；（）]")

#: without dates and names, so that the file changes only when a text does
HEADER = """\
# English texts of bangfu; the Chinese text is the key.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

#: the calls whose text people read; an error and a declared title are translated where they are shown
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "N_": None,
    **dict.fromkeys(
        ("PlatformError", "NotFound", "NotPermitted", "NotSignedIn", "InvalidInput", "Conflict", "RuleViolation",
         "ParameterError", "PluginError", "PluginLoadError", "PluginNotEnabled", "MenuItem"),
        (1,),
    ),
    **dict.fromkeys(("ActionSpec", "JobSpec", "RoleSpec", "SectionSpec"), (2,)),
}


def gather() -> Catalog:
    """Every message of core and of the plugins in the tree, with the files it stands in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    catalogue = Catalog(project="bangfu", charset="utf-8")
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS, directory_filter=_ours)
    for file_name, _line, message, _comments, context in found:
        if not CHINESE.search(message if isinstance(message, str) else message[0]):
            continue
        catalogue.add(message, None, [(Path(file_name).as_posix(), 0)], context=context)
    return catalogue


def english() -> Catalog:
    """The English catalogue as it is kept."""
    if not ENGLISH.exists():
        return Catalog(locale="en", project="bangfu", charset="utf-8")
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def missing(sources: Catalog, kept: Catalog) -> list[Message]:
    """Messages of the sources without English, or with English that is only a guess."""
    def lacks(message: Message) -> bool:
        held = kept.get(message.id, message.context)
        return held is None or held.fuzzy or not all(_strings(held))

    return [message for message in sources if message.id and lacks(message)]


def update() -> list[Message]:
    """Take the messages of the sources into the kept catalogue; those that still lack English."""
    sources, kept = gather(), english()
    fresh = Catalog(locale="en", project="bangfu", charset="utf-8")
    for message in sorted((each for each in sources if each.id), key=lambda each: each.locations):
        held = kept.get(message.id, message.context)
        fresh.add(message.id, held.string if held and not held.fuzzy else None, message.locations,
                  context=message.context)
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, fresh, width=110, include_lineno=False, omit_header=True)
    return missing(sources, fresh)


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (list, tuple)) else (message.string or "",)


def _ours(folder: str) -> bool:
    parts = Path(folder).resolve().relative_to(ROOT).parts
    return not parts or (parts[0] in FOLDERS and "static" not in parts and "__pycache__" not in parts)


def main() -> int:
    """Update, and list what lacks English; 1 when anything does."""
    lacking = update()
    for message in lacking:
        sys.stdout.write(f"{message.locations[0][0]}: {message.id}\n")
    sys.stdout.write(f"{len(lacking)} messages without English\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
