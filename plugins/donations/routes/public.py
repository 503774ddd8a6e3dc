"""The plugin's pages of a county's public site: checking certificates, and the needs that donors may take on."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import N_, NotFound
from core.publicity.site import render_public
from core.web.markers import public, public_blueprint
from core.web.request import db
from plugins.donations.models import Certificate
from plugins.donations.queries import certificates as queries
from plugins.donations.queries import needs as needs_queries
from plugins.donations.services.signing import certificate_file, keys_file

public_pages: Blueprint = public_blueprint("donations", "plugins.donations")


@public_pages.get("/certificates/")
@public("证书真伪任何人都可以查验")
def certificates(code: str) -> ResponseReturnValue:
    """How to check a certificate, by its code or offline."""
    token = request.args.get("token", "").strip()
    if token:
        return redirect(url_for("donations-public.certificate", code=code, token=token[:64]))
    return render_public("donations/public/certificates.html")


@public_pages.get("/certificates/keys.json")
@public("验真公钥向社会公布")
def keys(code: str) -> ResponseReturnValue:
    """The county's public keys."""
    return keys_file(g.tenant_id, queries.public_keys(db(), g.tenant_id))


@public_pages.get("/certificates/<token>")
@public("证书真伪任何人都可以查验")
def certificate(code: str, token: str) -> Response:
    """Number, donor as agreed, amount, issuer and whether it still holds: nothing else."""
    return render_public("donations/public/certificate.html", row=_found(token))


@public_pages.get("/certificates/<token>/signed.json")
@public("验真文件只含查验页上的内容")
def certificate_signed(code: str, token: str) -> ResponseReturnValue:
    """The file by which it is verified offline."""
    return certificate_file(_found(token))


@public_pages.get("/needs/")
@public("需求向社会公开，接受认领")
def needs(code: str) -> Response:
    """The needs that wait to be taken on."""
    return render_public("donations/public/needs.html", rows=needs_queries.listed(db(), g.tenant_id))


def _found(token: str) -> Certificate:
    found = None if "\0" in token else queries.find_by_token(db(), g.tenant_id, token)
    if found is None:
        raise NotFound(N_("没有这份证书，请核对扫到的地址"))
    return found
