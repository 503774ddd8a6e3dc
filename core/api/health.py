"""Is the platform up, is it ready, and how it does: for load balancers and monitoring."""

from __future__ import annotations

import hmac
import ipaddress
import os
import time

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from core import migrations
from core.errors import N_, NotFound
from core.host.request import plugin_host
from core.web.markers import public
from core.web.request import behind, database

blueprint = Blueprint("health", __name__)
KEY = "bangfu.metrics"
#: a bearer token that opens /metrics to a monitor elsewhere
TOKEN = "BANGFU_METRICS_TOKEN"  # noqa: S105 - the name of the setting, not the token
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """What one process has counted. Each process answers for itself: a monitor that must see all of them asks each
    at an address of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("bangfu_requests_total", "Requests answered", ("method", "endpoint", "status"),
                                registry=self.registry)
        self.seconds = Histogram("bangfu_request_seconds", "Time to answer", ("endpoint",), buckets=BUCKETS,
                                 registry=self.registry)
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, method: str, endpoint: str, status: int, seconds: float | None) -> None:
        """One more answer. Its series are looked up once: with their labels that takes as long as counting does."""
        series = self._series.get((method, endpoint, status))
        if series is None:
            series = self.requests.labels(method, endpoint, status), self.seconds.labels(endpoint)
            self._series[method, endpoint, status] = series
        series[0].inc()
        if seconds is not None:
            series[1].observe(seconds)


def install(app: Flask) -> None:
    """Count every request from its beginning to its answer."""
    app.extensions[KEY] = Metrics()

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        asked = behind(request)
        endpoint = asked.endpoint or "none"  # an address that does not exist must not make a series of its own
        method = asked.method if asked.method in ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE") else "other"
        began: float | None = g.get("began")
        seconds = None if began is None else time.perf_counter() - began
        counts: Metrics = app.extensions[KEY]
        counts.count(method, endpoint, response.status_code, seconds)
        return response


@blueprint.get("/healthz")
@public("负载均衡查询进程是否在，不含数据")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public("负载均衡查询是否可以接入，不含数据")
def readyz() -> tuple[Response, int]:
    """The database answers and is migrated."""
    try:
        waiting = migrations.pending(database(), plugin_host().migration_locations())
    except SQLAlchemyError:
        return jsonify(status="unavailable", database="unreachable"), 503
    if waiting:
        return jsonify(status="unavailable", database="not migrated"), 503
    return jsonify(status="ok"), 200


@blueprint.get("/metrics")
@public("监控读取计数；只答本机，或持监控令牌者")
def metrics() -> Response:
    """What this process has counted, as Prometheus reads it."""
    if not (_is_local() or _has_token()):
        raise NotFound(N_("没有这个页面，或者它不在您的权限范围内。"))
    found: Metrics = current_app.extensions[KEY]
    return Response(generate_latest(found.registry), content_type=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    """From this machine itself, and not handed on by a proxy on it."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    wanted = os.environ.get(TOKEN, "")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(wanted) and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), wanted.encode())
