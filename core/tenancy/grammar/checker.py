"""Checking a whole profile: text, tables, entries, and how they stand to each other and to the layers above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.host.contract import SectionSpec
from core.tenancy.grammar import agreement, source
from core.tenancy.grammar.directory import Directory
from core.tenancy.grammar.layering import Layer, breaches
from core.tenancy.grammar.masks import State
from core.tenancy.grammar.profile import Checked, Entry, Place, Profile
from core.tenancy.grammar.reader import EntryReader
from core.tenancy.grammar.registry import Grammar
from core.tenancy.grammar.sections import ClauseSchema, DocumentSchema, TenantSchema
from core.tenancy.grammar.source import Path
from core.tenancy.grammar.tables import Notes, TableReader

_HEADS = ("schema", "tenant", "document", "clause")


def check(
    data: bytes | str,
    file: str,
    grammar: Grammar,
    *,
    directory: Directory | None = None,
    layers: Sequence[Layer] = (),
) -> Checked:
    """Read a profile and find every fault in it. Without a directory unit codes go unchecked, with a warning."""
    text, fault = source.decode(data) if isinstance(data, bytes) else (data.removeprefix("\ufeff"), None)
    read = source.read(text)
    if fault is not None:
        read.faults[:] = [fault]
    checker = _Checker(file, read, grammar)
    profile = checker.run() if read.values or not read.faults else None
    if profile is not None:
        agreement.units(profile, checker.notes, directory)
        agreement.plugins(profile, checker.notes, grammar)
        for breach in breaches(profile.entries, layers, grammar):
            checker.note_entry(breach.entry, breach.rule, breach.message)
    problems = sorted(checker.notes.problems, key=lambda problem: (problem.line, problem.key))
    refused = any(problem.severity == "error" for problem in problems)
    return Checked(None if refused else profile, problems)


@dataclass
class _Checker:
    file: str
    source: source.Source
    grammar: Grammar
    notes: Notes = field(init=False)
    documents: list[dict[str, Any]] = field(default_factory=list)
    clauses: list[dict[str, Any]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.notes = Notes(self.file, self.source)

    def run(self) -> Profile | None:
        values = self.source.values
        if values.get("schema") != 1:
            self.notes.add(("schema",), "schema", "", "schema-version", "首行须为 schema = 1")
        place = self._tenant(values.get("tenant"))
        starts = self._documents(values.get("document"))
        self._clauses(values.get("clause"))
        for spec, path, tables in self._sections(values):
            self._section(spec, path, tables, starts)
        self._citations()
        self._duplicates()
        if place is None or starts is None:
            return None
        return Profile(self.file, self.source.text, place, self.documents, self.clauses, self.entries, starts)

    def note_entry(self, entry: Entry, rule: str, message: str) -> None:
        """Note a problem of an entry as a whole."""
        path: Path = (*entry.section.split("."), entry.position)
        self.notes.add(path, entry.key, entry.clause, rule, message)

    def _tenant(self, raw: Any) -> Place | None:
        if not isinstance(raw, Mapping):
            self.notes.add((), "tenant", "", "missing-key", "缺少 [tenant]：须写明单位代码与名称")
            return None
        reader = TableReader(self.notes, TenantSchema, ("tenant",), "tenant", raw)
        own = reader.load(raw)
        return None if reader.failed else Place(**own)

    def _documents(self, raw: Any) -> dt.date | None:
        tables = self._tables(raw, ("document",), "document")
        if not tables:
            self.notes.add((), "document", "", "missing-key", "缺少 [[document]]：须写明方案所据的文件")
            return None
        for number, table in enumerate(tables):
            reader = TableReader(
                self.notes, DocumentSchema, ("document", number), f"document[{number + 1}]", table
            )
            document = reader.load(table)
            if number == 0 and "starts" not in table:
                reader.note(("starts",), "missing-key", "首个文件须写 starts：方案自何日起执行")
            if isinstance(document.get("date"), State) and "note" not in document:
                reader.note((), "starts-note", "成文日期被遮盖，starts 由我们认定：请在 note 中说明依据")
            if not reader.failed:
                self.documents.append(document)
        starts = self.documents[0].get("starts") if self.documents else None
        return starts if isinstance(starts, dt.date) else None

    def _clauses(self, raw: Any) -> None:
        seen: set[str] = set()
        titles = {str(document["title"]) for document in self.documents}
        for number, table in enumerate(self._tables(raw, ("clause",), "clause")):
            key = f"clause[{table.get('id', f'#{number + 1}')}]"
            reader = TableReader(self.notes, ClauseSchema, ("clause", number), key, table)
            reader.clause = str(table.get("id", ""))
            clause = reader.load(table)
            if reader.failed:
                continue
            if clause["id"] in seen:
                reader.note(("id",), "duplicate-code", f"条款“{clause['id']}”列了两次")
            if clause.get("document", next(iter(titles), "")) not in titles:
                reader.note(("document",), "document-not-listed", f"没有列出文件“{clause.get('document')}”")
            seen.add(clause["id"])
            self.clauses.append(clause)

    def _sections(self, values: Mapping[str, Any]) -> Iterator[tuple[SectionSpec, tuple[str, ...], Any]]:
        found: list[tuple[str, tuple[str, ...], Any]] = []
        for name, value in values.items():
            if name in _HEADS:
                continue
            if name in self.grammar.sections or not isinstance(value, Mapping) or not value:
                found.append((name, (name,), value))
            else:
                found += [(f"{name}.{inner}", (name, inner), tables) for inner, tables in value.items()]
        for name, path, tables in found:
            spec = self.grammar.sections.get(name)
            if spec is None:
                self._unknown(name, path)
            else:
                yield spec, path, tables

    def _unknown(self, name: str, path: tuple[str, ...]) -> None:
        owner = path[0]
        if len(path) > 1 and owner not in self.grammar.requires:
            message = f"没有“{name}”这个章节：插件 {owner} 没有安装，其章节不能载入"
        else:
            message = f"没有“{name}”这个章节；可用的章节：{'、'.join(self.grammar.sections)}"
        self.notes.add((*path, 0), name, "", "unknown-key", message)

    def _tables(self, raw: Any, path: tuple[str, ...], name: str) -> list[Mapping[str, Any]]:
        if raw is None:
            return []
        if not isinstance(raw, list) or not all(isinstance(table, Mapping) for table in raw):
            self.notes.add(path, name, "", "wrong-type", f"“{name}”须写成 [[{name}]] 表")
            return []
        return raw

    def _section(self, spec: SectionSpec, path: tuple[str, ...], raw: Any, starts: dt.date | None) -> None:
        plain: list[dict[str, Any]] = []
        tables = self._tables(raw, path, spec.section)
        whole = True
        for position, table in enumerate(tables):
            entry, facts = EntryReader(self.notes, spec, (*path, position), position, table).read(starts)
            whole = whole and entry is not None
            if entry is not None:
                self.entries.append(entry)
                plain.append(facts)
        if spec.check is None or (not whole and spec.section == "phase"):
            return  # a faulty phase would be reported a second time as a gap
        for problem in spec.check(plain):
            self.notes.add(
                self._path_of(problem.key, spec, path),
                problem.key,
                problem.clause,
                problem.rule,
                problem.message,
            )

    def _path_of(self, key: str, spec: SectionSpec, path: tuple[str, ...]) -> Path:
        """The place of a key such as "phase[attack].from" as a check names it."""
        for entry in self.entries:
            if entry.section == spec.section and (key == entry.key or key.startswith(entry.key + ".")):
                rest = key[len(entry.key) :].replace("[", ".").replace("]", "").strip(".")
                parts = [int(part) - 1 if part.isdigit() else part for part in rest.split(".") if part]
                return (*path, entry.position, *parts)
        return (*path, 0)

    def _citations(self) -> None:
        listed = {clause["id"] for clause in self.clauses}
        for entry in self.entries:
            if entry.clause and entry.clause not in listed:
                path: Path = (*entry.section.split("."), entry.position, "clause")
                message = f"条款“{entry.clause}”没有在 [[clause]] 中列出"
                self.notes.add(path, f"{entry.key}.clause", entry.clause, "clause-not-listed", message)

    def _duplicates(self) -> None:
        seen: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            same = seen.setdefault((entry.section, entry.code), [])
            for other in same:
                if entry.overlaps(other):
                    message = f"编码“{entry.code}”在第 {other.line} 行已有，且时段重叠；接续请写明 to 与 from"
                    self.note_entry(entry, "duplicate-code", message)
                    break
            same.append(entry)
