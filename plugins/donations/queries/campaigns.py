"""Reads of campaigns, projects and correction orders."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import Page, criterion, get_scoped, in_scope, scoped_count, scoped_page
from plugins.donations.models import Campaign, Order, Project

PAGE = 50


def list_campaigns(session: Session, scope: Scope, before: uuid.UUID | None = None, limit: int = PAGE) -> Page[Campaign]:
    """A page of campaigns, newest first."""
    return scoped_page(session, Campaign, scope, before=before, limit=limit)


def get_campaign(session: Session, scope: Scope, campaign_id: uuid.UUID) -> Campaign:
    """One campaign in scope, or NotFound."""
    return get_scoped(session, Campaign, campaign_id, scope)


def titles_of(session: Session, scope: Scope, ids: set[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """The titles of campaigns in scope, by id."""
    if not ids:
        return {}
    return {row.id: row.title for row in session.execute(
        select(Campaign.id, Campaign.title).where(Campaign.id.in_(ids), criterion(Campaign, scope)))}


def running(session: Session, tenant_id: str) -> Sequence[Campaign]:
    """The open campaigns of a tenant, newest first: whoever enters a gift anywhere in it must know their codes."""
    return session.scalars(select(Campaign).where(Campaign.tenant_id == tenant_id, Campaign.state == "open")
                           .order_by(Campaign.id.desc()).limit(50)).all()


def list_projects(session: Session, scope: Scope, before: uuid.UUID | None = None) -> Page[Project]:
    """A page of projects, newest first."""
    return scoped_page(session, Project, scope, before=before, limit=PAGE)


def get_project(session: Session, scope: Scope, project_id: uuid.UUID) -> Project:
    """One project in scope, or NotFound."""
    return get_scoped(session, Project, project_id, scope)


def list_orders(session: Session, scope: Scope, before: uuid.UUID | None = None) -> Page[Order]:
    """A page of correction orders, newest first."""
    return scoped_page(session, Order, scope, before=before, limit=PAGE)


def get_order(session: Session, scope: Scope, order_id: uuid.UUID) -> Order:
    """One correction order in scope, or NotFound."""
    return get_scoped(session, Order, order_id, scope)


def count_open_orders(session: Session, scope: Scope) -> int:
    """How many orders wait for an answer."""
    return scoped_count(session, Order, scope, where=[Order.state == "open"])[0]


def orders_about(session: Session, scope: Scope, subject_id: uuid.UUID) -> Sequence[Order]:
    """The orders about one record."""
    return session.scalars(in_scope(select(Order).where(Order.subject_id == subject_id), Order, scope).order_by(Order.id.desc())).all()


def waiting_orders(session: Session, scope: Scope, state: str) -> tuple[int, dt.date | None]:
    """How many orders are in a state, and the day by which the first of them is due."""
    count, due = session.execute(select(func.count(Order.id), func.min(Order.due_on)).where(
        Order.state == state, criterion(Order, scope))).one()
    return count, due


def search(session: Session, scope: Scope, text: str, limit: int) -> Sequence[Campaign]:
    """Campaigns whose title begins with the words."""
    begins = select(Campaign).where(Campaign.title >= text, Campaign.title < text + "\U0010ffff")
    return session.scalars(in_scope(begins, Campaign, scope).limit(max(limit, 0))).all()
