"""Steps taken off an app are handed over, and those of others stay."""

from __future__ import annotations

from functools import partial

from flask import Flask, Response

from core.web.steps import take


def test_the_steps_of_a_module_are_taken_and_the_rest_stays() -> None:
    app = Flask("bare")
    app.before_request(lambda: None)

    def told(word: str, response: Response) -> Response:
        response.headers["X-Told"] = word
        return response
    told.__module__ = "elsewhere"
    app.after_request(partial(told, "yes"))
    app.add_url_rule("/", "index", lambda: "")
    assert app.test_client().get("/").headers["X-Told"] == "yes"
    step, = take(app, "elsewhere")["after"]
    assert step(Response()).headers["X-Told"] == "yes"
    assert "X-Told" not in app.test_client().get("/").headers
    assert len(app.before_request_funcs[None]) == 1
