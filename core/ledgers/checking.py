"""Judging entered text: one row as a marshmallow schema, a million as columns, by the very same rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

import polars as pl
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from core.errors import N_
from core.extensions.phrases import phrase
from core.extensions.wording import in_chinese
from core.host.ledgers import Field, Ledger
from core.ledgers.context import Context
from core.ledgers.kinds import UNTIDY, Rules, rules_of
from core.ledgers.repeats import LEAST, repeats

#: the column of a frame that carries the original row number
ROW = "row"
_ERRORS = {ROW: pl.Int64, "field": pl.String, "value": pl.String, "message": pl.String}
NO_VALUE = N_("这一项不是可以填写的内容")
REQUIRED = phrase(N_("%(label)s必填"))
TWICE = phrase(N_("与第 %(row)s 行的%(label)s相同，一个文件里只能有一行"))
_REFERENCES = ("unit", "person", "household")


@dataclass(frozen=True)
class Checked:
    """`rows`: the good rows, typed, one column for each field that was there, and `row`. `errors`: row, field,
    value (as entered) and message, in the order of rows and fields; at most one for each cell."""

    rows: pl.DataFrame
    errors: pl.DataFrame


def check_frame(ledger: Ledger, frame: pl.DataFrame, context: Context | None = None,
                fields: Sequence[Field] | None = None) -> Checked:
    """Judge a frame of texts: one column for each field, by its name, and perhaps `row` (else rows count from 1).
    `fields` are the ledger's own with those a plan adds (`core.ledgers.columns.fields_for`)."""
    context = context or Context()
    asked = [_as_given(field, frame.columns) for field in fields or ledger.fields if field.name in frame.columns or not context.partial]
    texts = _texts(frame, asked)
    values, said = _judged(texts, {field.name: _made(ledger, field, texts, context) for field in asked})
    said = _across(ledger, said, values, asked)
    good = ~pl.any_horizontal(pl.col(field.name).is_not_null() for field in asked) if asked else pl.lit(True)
    return Checked(values.filter(said.select(good).to_series()) if asked else values, _errors(texts, said, asked))


def repeated(ledger: Ledger, rows: pl.DataFrame) -> pl.DataFrame:
    """Errors of good rows that name the same record as an earlier one of the file, shaped as `Checked.errors`."""
    keys = [field for field in ledger.fields if field.key and field.name in rows.columns]
    if not keys or rows.is_empty():
        return pl.DataFrame(schema=_ERRORS)
    names = [field.name for field in keys]
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in names)
    found = rows.filter(whole).with_columns(first=pl.col(ROW).min().over(names)).filter(pl.col(ROW) > pl.col("first"))
    label = "、".join(field.label for field in keys)
    return found.select(pl.col(ROW).cast(pl.Int64), field=pl.lit(names[0]), value=pl.col(names[0]).cast(pl.String),
                        message=pl.format(TWICE(row="{}", label="{}"), pl.col("first"), pl.lit(label)))


def _as_given(field: Field, given: Collection[str]) -> Field:
    """Where nothing says of which document a number is, it is judged as a citizen's."""
    return replace(field, document="") if field.document and field.document not in given else field


def _texts(frame: pl.DataFrame, asked: Sequence[Field]) -> pl.DataFrame:
    row = pl.col(ROW).cast(pl.Int64) if ROW in frame.columns else pl.int_range(1, frame.height + 1, dtype=pl.Int64).alias(ROW)
    return frame.select(row, *(pl.col(field.name).cast(pl.String) if field.name in frame.columns
                               else pl.lit(None, pl.String).alias(field.name) for field in asked))


@dataclass(frozen=True)
class _Made:
    """The expressions that tidy, read and judge one column, and the sign of a text that is not tidy."""

    untidy: str
    tidy: pl.Expr
    value: pl.Expr
    said: pl.Expr


def _judged(texts: pl.DataFrame, made: Mapping[str, _Made]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The values and the messages of all rows, each with `row`. A column that says few things many times is judged by
    what it says."""
    found: dict[str, tuple[pl.Series, pl.Series]] = {}
    for name, one in made.items():
        few = repeats(texts[name])
        if few is not None:
            distinct, places = few
            values, said = _each(distinct.to_frame(name), {name: one})
            found[name] = values[name].gather(places), said[name].gather(places)
    values, said = _each(texts, {name: one for name, one in made.items() if name not in found})
    values = texts.select(ROW).hstack([found[name][0] if name in found else values[name] for name in made])
    return values, texts.select(ROW).hstack([found[name][1] if name in found else said[name] for name in made])


def _each(texts: pl.DataFrame, made: Mapping[str, _Made]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The values and the messages of some columns, cell by cell."""
    untidy = _untidy(texts, made)
    tidy = texts.select(one.tidy if name in untidy else pl.col(name) for name, one in made.items())
    values = tidy.select(one.value for one in made.values())
    return values, tidy.with_columns(values[name].alias(f"={name}") for name in made).select(one.said for one in made.values())


def _untidy(texts: pl.DataFrame, made: Mapping[str, _Made]) -> set[str]:
    """Columns with a text that has to be tidied. A few texts are tidied without asking."""
    if texts.height < LEAST or not made:
        return set(made)
    signs = texts.select(pl.col(name).str.contains(one.untidy).any() for name, one in made.items())
    return {name for name in made if signs.item(0, name)}


#: building the expressions of a form takes longer than judging it; kept by ledger, field and what the context asks
_KEPT: dict[tuple[int, Field, bool, bool], tuple[Ledger, _Made]] = {}
_MOST_KEPT = 10_000


def _made(ledger: Ledger, field: Field, texts: pl.DataFrame, context: Context) -> _Made:
    if field.kind in _REFERENCES:
        return _built(field, _found_rules(ledger, field, texts, context), context)
    key = (id(ledger), field, context.partial, field.name in context.optional)
    kept = _KEPT.get(key)
    if kept is None or kept[0] is not ledger:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        kept = _KEPT[key] = (ledger, _built(field, rules_of(ledger, field), context))
    return kept[1]


def _built(field: Field, rules: Rules, context: Context) -> _Made:
    return _Made(UNTIDY[rules.tidy], rules.tidy(pl.col(field.name)).alias(field.name), _value(field, rules, context),
                 _said(field, rules, context).alias(field.name))


def _found_rules(ledger: Ledger, field: Field, texts: pl.DataFrame, context: Context) -> Rules:
    finder = context.finders.get(field.kind)
    plain = texts.select(rules_of(ledger, field).tidy(pl.col(field.name))).to_series().drop_nulls().unique().to_list()
    return rules_of(ledger, field, finder(plain) if finder and plain else {})


def _value(field: Field, rules: Rules, context: Context) -> pl.Expr:
    text = pl.col(field.name)
    value = rules.value(text)
    if field.default is not None and not context.partial:
        value = pl.when(text.is_null()).then(pl.lit(field.default, rules.dtype)).otherwise(value)
    return value.cast(rules.dtype).alias(field.name)


def _said(field: Field, rules: Rules, context: Context) -> pl.Expr:
    """The message about a cell, or null."""
    text, value = pl.col(field.name), pl.col(f"={field.name}")
    required = field.required and field.default is None and field.name not in context.optional
    missing = pl.lit(REQUIRED(label=field.label)) if required else pl.lit(None, pl.String)
    chain: Any = pl.when(text.is_null()).then(missing)
    before = [(fault, message) for fault, message in rules.faults if field.kind in _REFERENCES]
    for fault, message in before:
        chain = chain.when(fault(text, value)).then(pl.lit(message))
    chain = chain.when(value.is_null()).then(pl.lit(rules.unread))
    for fault, message in () if before else rules.faults:
        chain = chain.when(fault(text, value)).then(pl.lit(message))
    said: pl.Expr = chain.otherwise(pl.lit(None, pl.String))
    return said


def _across(ledger: Ledger, said: pl.DataFrame, values: pl.DataFrame, asked: Sequence[Field]) -> pl.DataFrame:
    there = {field.name for field in asked}
    columns = {name: pl.col(name) for name in there}
    for check in ledger.checks:
        if not {*check.fields, check.field} <= there:
            continue
        wrong = values.select(check.wrong(columns)).to_series().fill_null(False)
        right = said.select(pl.all_horizontal(pl.col(name).is_null() for name in {*check.fields, check.field})).to_series()
        said = said.with_columns(pl.when(wrong & right).then(pl.lit(check.message)).otherwise(pl.col(check.field))
                                 .alias(check.field))
    return said


def _errors(texts: pl.DataFrame, said: pl.DataFrame, asked: Sequence[Field]) -> pl.DataFrame:
    parts = []
    for at, field in enumerate(asked):
        message = said[field.name]
        if message.null_count() < len(message):
            parts.append(texts.select(ROW, field=pl.lit(field.name), value=pl.col(field.name), message=message,
                                      at=pl.lit(at)).filter(pl.col("message").is_not_null()))
    if not parts:
        return pl.DataFrame(schema=_ERRORS)
    return pl.concat(parts).sort(ROW, "at").drop("at").cast(_ERRORS)  # type: ignore[arg-type]


# One row

class Cell(fields.Field[Any]):
    """What a form or the API gives for one field, as the text the rules read."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:
        text = text_of(value)
        if text is not None and ("\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text)):
            raise ValidationError(NO_VALUE)
        return text


def text_of(value: Any) -> str | None:
    """A JSON value as text; a list by its parts."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f") if value == value and abs(value) != float("inf") else "?"
    if isinstance(value, list | tuple) and not any(isinstance(part, list | tuple) for part in value):
        return "、".join(part for part in map(text_of, value) if part)
    raise ValidationError(NO_VALUE)


class RowSchema(Schema):
    """One row; made for each ledger by `compile_schema`."""

    class Meta:
        unknown = EXCLUDE

    ledger: ClassVar[Ledger]
    asked: ClassVar[tuple[Field, ...]]
    known: ClassVar[Context]

    @post_load
    def judge(self, data: dict[str, str | None], partial: Any = False, **kwargs: Any) -> dict[str, Any]:
        """The typed values, or what is wrong with each field."""
        context = replace(self.known, partial=True) if partial else self.known
        frame = pl.DataFrame({name: [text] for name, text in data.items()}, schema=dict.fromkeys(data, pl.String))
        if partial and not data:
            return {}
        if frame.height == 0:
            frame = pl.DataFrame({ROW: [1]})
        found = check_frame(self.ledger, frame, context, self.asked)
        if not found.errors.is_empty():
            raise ValidationError({row["field"]: [row["message"]] for row in found.errors.iter_rows(named=True)})
        (values,) = found.rows.drop(ROW).to_dicts()
        return values


def compile_schema(ledger: Ledger, context: Context | None = None, fields: Sequence[Field] | None = None) -> type[RowSchema]:
    """A marshmallow schema that takes text (forms) or JSON values (API) and gives typed values. Loading with
    `partial=True` judges only the fields that were sent."""
    asked = tuple(field for field in fields or ledger.fields if field.editable)
    cells = {field.name: Cell(allow_none=True, metadata=described(field)) for field in asked}
    return type(f"{ledger.slug}_{ledger.plural}".title().replace("_", "") + "In", (RowSchema,),
                {**cells, "ledger": ledger, "asked": asked, "known": context or Context(), "__doc__": ledger.title})


def messages_of(error: ValidationError) -> dict[str, str]:
    """What a schema found wrong, one message for each field."""
    found: dict[str, Any] = error.messages if isinstance(error.messages, dict) else {"": error.messages}
    return {str(name): "；".join(in_chinese(str(text)) for text in texts) for name, texts in found.items()}


def described(field: Field) -> dict[str, Any]:
    """What the description of the API says of a field."""
    about = "；".join(part for part in (field.label, field.help, field.measure and f"单位：{field.measure}") if part)
    known = {"description": about}
    if field.kind in ("choice", "choices"):
        known["description"] += "；" + "、".join(f"{value} {label}" for value, label in field.choices)
    return known
