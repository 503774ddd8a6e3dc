"""Reading one table of a profile against its schema, noting every fault with its line, key, clause and rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError, missing
from marshmallow.fields import Nested

from core.tenancy.grammar.fields import RuleText
from core.tenancy.grammar.masks import MASKED, STATES, State, is_state
from core.tenancy.grammar.problems import WARNING, ProfileProblem
from core.tenancy.grammar.source import Path, Source

#: rules that warn: the profile loads and what they concern stays inactive or is listed as a gap
WARNINGS = frozenset({"report-due-masked", "duty-without-body", "plugin-not-installed", "unit-unchecked"})
#: what marshmallow itself says in English, in our words
_WORDING = {
    "Missing data for required field.": ("missing-key", "缺少这个必填的键"),
    "Unknown field.": ("unknown-key", "没有这个键"),
    "Field may not be null.": ("wrong-type", "不能为空"),
    "Not a valid boolean.": ("wrong-type", "须为 true 或 false"),
    "Not a valid list.": ("wrong-type", "须为列表 [ … ]"),
    "Invalid input type.": ("wrong-type", "须为表 { … }"),
    "Invalid type.": ("wrong-type", "须为列表 [ … ]"),
    "Not a valid integer.": ("wrong-type", "须为整数"),
    "Not a valid number.": ("wrong-type", "须为数"),
    "Not a valid string.": ("wrong-type", "须为文字"),
    "Not a valid date.": ("wrong-type", "须为日期"),
}


#: what every entry may have besides its section's own keys
SHARED_KEYS = ("code", "clause", "from", "to", "note")


class Notes:
    """The problems of one file, each placed on its line."""

    def __init__(self, file: str, source: Source) -> None:
        self.file = file
        self.source = source
        self.problems: list[ProfileProblem] = []
        for fault in source.faults:
            self.problems.append(
                ProfileProblem(file, fault.line, fault.key, fault.clause, fault.rule, fault.message)
            )
        self._faulty = {fault.line for fault in source.faults}

    def add(self, path: Path, key: str, clause: str, rule: str, message: str) -> None:
        """Note a problem; what follows only from a fault already noted on the same line is left out."""
        line = self.source.line(path)
        if line in self._faulty:
            return
        severity = WARNING if rule in WARNINGS else "error"
        self.problems.append(ProfileProblem(self.file, line, key, clause, rule, str(message), severity))


class TableReader:
    """Reads one table of the file against a schema."""

    def __init__(
        self, notes: Notes, spec_schema: type[Any], path: Path, key: str, raw: Mapping[str, Any]
    ) -> None:
        self.notes = notes
        self.schema = spec_schema
        self.path = path
        self.key = key
        self.raw = raw
        clause = raw.get("clause")
        self.clause = clause if isinstance(clause, str) else ""
        self.failed = False

    def note(self, keys: Path, rule: str, message: str) -> None:
        """Note a problem at a key of this table."""
        self.failed = self.failed or rule not in WARNINGS
        label = self.key
        for part in keys:
            label += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
        self.notes.add((*self.path, *keys), label, self.clause, rule, message)

    def load(self, own: Mapping[str, Any]) -> dict[str, Any]:
        """The table's own keys by its schema, with states put back where they stood."""
        states: dict[Path, State] = {}
        bare = self._without_states(own, (), states)
        firm: tuple[str, ...] = getattr(self.schema, "firm", ())
        for path in states:
            if path[0] in firm:
                self.note(path, "state-not-allowed", f"“{path[0]}”不得写成状态，须如实填写")
            elif (unknown := self._unknown(path)) is not None:
                self._refused(unknown, "Unknown field.")
        partial = [".".join(part for part in path if isinstance(part, str)) for path in states]
        try:
            loaded: dict[str, Any] = self.schema().load(bare, partial=partial)
        except ValidationError as error:
            for path, text in _flatten(error.messages):
                self._refused(path, text)
            return {}
        if self.failed:
            return {}
        for path, state in states.items():
            _put(loaded, path, state)
        for dotted in {tuple(part.split(".")) for part in partial}:
            self._complete(loaded, self.schema().fields, dotted, ())
        return loaded

    def _unknown(self, path: Path) -> Path | None:
        """The part of a path that no schema knows, where a state hides it from the schema's own look."""
        fields: Mapping[str, Any] = self.schema().fields
        for depth, part in enumerate(path):
            if isinstance(part, int):
                continue
            field = {field.data_key or name: field for name, field in fields.items()}.get(part)
            if field is None:
                return path[: depth + 1]
            inner = getattr(field, "inner", field)
            if not isinstance(inner, Nested):
                return None
            fields = inner.schema.fields
        return None

    def _complete(self, loaded: Any, fields: Mapping[str, Any], dotted: tuple[str, ...], path: Path) -> None:
        """A state in one item of a list must not excuse the same key missing in another item."""
        if isinstance(loaded, list):
            for number, item in enumerate(loaded):
                self._complete(item, fields, dotted, (*path, number))
            return
        name = {field.data_key or name: name for name, field in fields.items()}[dotted[0]]
        field = fields[name]
        if name not in loaded and len(dotted) == 1:
            if field.load_default is not missing:
                loaded[name] = field.load_default
            elif field.required:
                self.note((*path, dotted[0]), "missing-key", "缺少这个必填的键")
        elif name in loaded and len(dotted) > 1:
            inner = getattr(field, "inner", field)
            if isinstance(inner, Nested):
                self._complete(loaded[name], inner.schema.fields, dotted[1:], (*path, dotted[0]))

    def _refused(self, path: Path, text: str) -> None:
        refusal = getattr(self.schema, "refused", {}).get(path[0]) if len(path) == 1 else None
        if text == "Unknown field." and refusal is not None:
            self.note(path, refusal.rule, refusal.message)
            return
        rule, message = _WORDING.get(text) or _ours(text)
        if rule == "unknown-key":
            own = {field.data_key or name for name, field in self.schema().fields.items()}
            known = "、".join([*sorted(own), *SHARED_KEYS])
            message = (
                f"没有“{path[-1]}”这个键；可用的键：{known}" if len(path) == 1 else f"没有“{path[-1]}”这个键"
            )
        self.note(path, rule, message)

    def _without_states(self, value: Any, path: Path, states: dict[Path, State]) -> Any:
        if isinstance(value, Mapping):
            kept: dict[str, Any] = {}
            for name, inner in value.items():
                if is_state(inner):
                    states[(*path, name)] = self.state(inner, (*path, name))
                else:
                    kept[name] = self._without_states(inner, (*path, name), states)
            return kept
        if isinstance(value, list):
            return [
                self._without_states(inner, (*path, number), states) for number, inner in enumerate(value)
            ]
        return value

    def state(self, raw: Mapping[str, Any], path: Path) -> State:
        """A state table: a known state, and the words in print."""
        state, printed = raw["state"], raw.get("printed", "")
        if state not in STATES:
            self.note((*path, "state"), "unknown-state", f"“{state}”不是状态；可用：{'、'.join(STATES)}")
        elif not isinstance(printed, str) or (state == MASKED and not printed.strip()):
            self.note(path, "unknown-state", '须照录原文：printed = "…"')
        for extra in sorted(set(raw) - {"state", "printed"}):
            self.note((*path, extra), "unknown-key", f"状态只写 state 与 printed，没有“{extra}”这个键")
        return State(str(state), str(printed))


def _flatten(messages: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flatten(inner, path if key == "_schema" else (*path, key))
    else:
        for text in messages:
            yield path, text if isinstance(text, str) else str(text)


def _put(loaded: Any, path: Path, state: State) -> None:
    for part in path[:-1]:
        loaded = loaded[part] if isinstance(part, int) else loaded.setdefault(part, {})
    loaded[path[-1]] = state


def _ours(text: str) -> tuple[str, str]:
    return (text.rule, text) if isinstance(text, RuleText) else ("wrong-type", f"不符合要求：{text}")
