"""How a ledger is declared: once, as plain values. `core.ledgers` makes its pages, files and checks of it.

A ledger of core has the code `core.<plural>`, a plugin's `<slug>.<plural>`; the plural is part of its addresses.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import N_
from core.host.processes import Process

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.extensions import Actor

#: kinds whose values are sealed in the database whatever the field says
ALWAYS_SENSITIVE = frozenset({"id_number", "phone", "bank_card", "register_number"})
KINDS = frozenset({"text", "note", "integer", "decimal", "yuan", "date", "month", "choice", "choices", "yes_no", "unit",
                   "person", "household", "name", "school_year", "term"}) | ALWAYS_SENSITIVE
FILTERS = frozenset({"", "equal", "choice", "range", "prefix", "unit"})
#: kinds whose values can be put in order by an index
SORTABLE = KINDS - ALWAYS_SENSITIVE - {"note", "choices", "unit", "person", "household"}
NUMBERS = frozenset({"integer", "decimal", "yuan"})


@dataclass(frozen=True)
class Field:
    """One column of a ledger. `name` is the attribute of the model; of a sensitive field it is the stem of the
    three columns `<name>_sealed`, `<name>_key`, `<name>_mask`."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    #: (value, Chinese label)
    choices: tuple[tuple[str, str], ...] = ()
    #: words people write for a whole number: ("一年级", 1)
    words: tuple[tuple[str, int], ...] = ()
    #: what people call a whole number beside another field of its row: ("stage", words by value there and number)
    called: tuple[str, Callable[[Any, Any], str]] | None = None
    #: other words people write for a choice: ("身份证", "citizen")
    synonyms: tuple[tuple[str, str], ...] = ()
    #: of an identity number: the field that says of which document it is; without that column it is a citizen's
    document: str = ""
    #: other headers people write above such a column
    aliases: tuple[str, ...] = ()
    #: bounds of a number or a date, or of the length of a text
    least: Any = None
    most: Any = None
    #: what the whole text must match, in the syntax common to Python and RE2, and how to say it
    pattern: str = ""
    pattern_hint: str = ""
    #: part of the natural key by which an import finds its row again; the first such field needs an index
    key: bool = False
    #: how it can be filtered: equal, choice, range, prefix, unit, or not at all
    filter: str = ""
    #: offered for sorting; needs an index (tenant_id, field, id)
    sort: bool = False
    #: summed under the list
    total: bool = False
    listed: bool = True
    editable: bool = True
    imported: bool = True
    exported: bool = True
    #: stored sealed and shown masked; of some kinds always
    sensitive: bool = False
    #: a notice may publish it
    public: bool = False
    #: how the trail keeps it, which nobody can clean after an erasure: a kind of `core.privacy.masks` ("address",
    #: "text" for nothing at all) or "date" for the year alone; names and sealed values are always kept masked
    masked: str = ""
    default: Any = None
    help: str = ""
    clause: str = ""
    #: what a number counts: 元, 人, ㎡
    measure: str = ""
    #: a number in full-width digits is refused rather than read
    half_width: bool = False
    #: kept in the model's `extra` column; only columns that a plan adds are
    extra: bool = False
    #: of a column of ids that is only read: what those are called
    names: Callable[[Session, Collection[uuid.UUID]], Mapping[uuid.UUID, str]] | None = None

    @property
    def sealed(self) -> bool:
        """Whether its value is stored sealed and shown masked."""
        return self.sensitive or self.kind in ALWAYS_SENSITIVE

    @property
    def column(self) -> str:
        """The column of the model that shows it: of a sealed field its mask."""
        return f"{self.name}_mask" if self.sealed else self.name

    @property
    def labels(self) -> dict[str, str]:
        """Label by value of a choice."""
        return dict(self.choices)


@dataclass(frozen=True)
class Check:
    """A rule across the fields of one row. `wrong` is given polars expressions by field name and gives a boolean
    expression, so that one row and a million are judged by the very same rule; it is asked only where all of
    `fields` are right on their own, and an answer of null counts as right. `message` is shown at `field`."""

    fields: tuple[str, ...]
    field: str
    message: str
    wrong: Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Refusal:
    """What of a row only the database can tell: the row's position, the field it is said at, and the message."""

    at: int
    field: str
    message: str


#: a row as it would be stored, and the stored one that it changes (None: it is new)
Proposed = tuple[Mapping[str, Any], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Ledger:
    """A ledger: from this core makes list, form, record page, API, Excel in and out, totals and trail.

    The model is tenant-scoped and has `id`, `unit_id`, an index (tenant_id, unit_id, id) and `version: int`.
    With `removed_at` its records can be removed and brought back; with `extra` (JSON) plans can add columns.
    """

    #: "core.persons", "donations.gifts": slug.plural
    code: str
    #: 人员台账, and one record of it: 人员
    title: str
    one: str
    model: type[Any]
    fields: tuple[Field, ...]
    #: codes of actions
    read: str
    write: str
    export: str
    checks: tuple[Check, ...] = ()
    icon: str = "table"
    order: int = 100
    clause: str = ""
    help: str = ""
    #: unit levels a record may hang on (empty: any)
    levels: tuple[str, ...] = ()
    #: the field that names a record
    title_of: str = ""
    #: rows of the table that are not this ledger's are left out: ("state", "active")
    only: tuple[tuple[str, str], ...] = ()
    #: ledgers of one group share tabs, and an entry of the menu that their slice makes
    group: str = ""
    #: polars frame of valid rows → the same with derived columns (name_key …); also used for one row
    prepare: Callable[[Any, Session], Any] | None = None
    #: called in the transaction before rows that are there are changed: session, tenant, ids, actor. A model that
    #: keeps its history remembers here what held until today
    before_written: Callable[[Session, str, Sequence[uuid.UUID], Actor], None] | None = None
    #: called in the transaction after rows were written: session, tenant, ids, actor
    on_written: Callable[[Session, str, Sequence[uuid.UUID], Actor], None] | None = None
    #: asked when rows of an import are checked, and writes nothing: session, tenant, rows. It names the rows that
    #: `on_written` would refuse, so that the others can be stored without them
    judge: Callable[[Session, str, Sequence[Proposed]], Sequence[Refusal]] | None = None
    #: polars frame of rows → which of them `judge` may have something to say of; without it, all
    judged: Callable[[Any], Any] | None = None
    #: session, tenant, unit (id) of rows that name none, polars frame of rows → positions of rows that their key does not
    #: find in the table, and the ids of the records they mean all the same; no record may be named twice
    else_known: Callable[[Session, str, uuid.UUID, Any], Mapping[int, uuid.UUID]] | None = None
    #: url of a richer page of one record
    page: Callable[[Any], str] | None = None
    #: the process its records go through: core begins it for every new record, shows where each stands, and refuses
    #: changes of those in a frozen state but for corrections
    process: Process | None = None
    creatable: bool = True
    removable: bool = True
    importable: bool = True

    @property
    def slug(self) -> str:
        """The plugin it belongs to, or "core"."""
        return self.code.partition(".")[0]

    @property
    def plural(self) -> str:
        """Its name in addresses."""
        return self.code.partition(".")[2]

    @property
    def endpoint(self) -> str:
        """The name of its blueprint of pages."""
        return f"ledger-{self.slug}-{self.plural}"

    def field(self, name: str) -> Field:
        """A field by name; raises KeyError."""
        for found in self.fields:
            if found.name == name:
                return found
        raise KeyError(name)

    @property
    def naming(self) -> Field:
        """The field that names a record: `title_of`, or else the first."""
        return self.field(self.title_of) if self.title_of else self.fields[0]

    def has_column(self, name: str) -> bool:
        """Whether the model has such a column (`removed_at`, `extra`)."""
        return name in self.model.__table__.columns


def state_field(process: Process, label: str = N_("状态"), *, sort: bool = False) -> Field:
    """The column that shows where a record of a process stands: read and filtered, never entered."""
    return Field("state", label, "choice", choices=process.choices, filter="choice", sort=sort, editable=False, imported=False)


def ledger_faults(ledger: Ledger) -> list[tuple[str, dict[str, str]]]:
    """What is wrong with a declaration: messages with their parameters, empty where all is well."""
    faults: list[tuple[str, dict[str, str]]] = []
    columns = ledger.model.__table__.columns
    for needed in ("tenant_id", "id", "unit_id", "version"):
        if needed not in columns:
            faults.append((N_("台账 %(code)s 的表缺少列 %(column)s"), {"code": ledger.code, "column": needed}))
    seen: set[str] = set()
    for field in ledger.fields:
        where = {"code": ledger.code, "name": field.name}
        if field.name in seen or field.kind not in KINDS or field.filter not in FILTERS:
            faults.append((N_("台账 %(code)s 的字段 %(name)s 重复，或者类型、筛选方式有误"), where))
        seen.add(field.name)
        names = [f"{field.name}_{part}" for part in ("sealed", "key", "mask")] if field.sealed else [field.name]
        missing = [name for name in names if name not in columns]
        if missing and not field.extra:
            faults.append((N_("台账 %(code)s 的表缺少列 %(column)s"), {"code": ledger.code, "column": "、".join(missing)}))
        elif field.sort and (field.kind not in SORTABLE or not _indexed(ledger.model, field.column)):
            faults.append((N_("台账 %(code)s 的字段 %(name)s 要排序，须有索引（tenant_id, %(name)s, id）"), where))
        if field.kind in ("choice", "choices") and not field.choices:
            faults.append((N_("台账 %(code)s 的字段 %(name)s 没有写明选项"), where))
    if any(name not in columns for name, _ in ledger.only):
        faults.append((N_("台账 %(code)s 的表缺少列 %(column)s"),
                       {"code": ledger.code, "column": "、".join(name for name, _ in ledger.only)}))
    unknown = {check.field for check in ledger.checks} | {name for check in ledger.checks for name in check.fields}
    if unknown - seen or (ledger.title_of and ledger.title_of not in seen):
        faults.append((N_("台账 %(code)s 的校验提到没有的字段"), {"code": ledger.code}))
    return faults


def _indexed(model: type[Any], name: str) -> bool:
    wanted = ["tenant_id", name, "id"]
    return any([column.name for column in index.columns][:3] == wanted for index in model.__table__.indexes)
