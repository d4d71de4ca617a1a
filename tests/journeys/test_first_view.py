"""What a browser must fetch before the desk is in use: it stays small enough for an old laptop on a bad link."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Request
from support.chromium import visiting
from support.desk import DeskPage
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

MOST_BYTES = 1_000_000
CODE = (".js", ".css", ".woff2", ".svg", ".webmanifest")


def test_the_code_of_the_first_view_is_light(chromium: Browser, town: NodeProcess) -> None:
    with visiting(chromium, town.url) as (page, witness):
        fetched: list[Request] = []
        page.context.on("requestfinished", lambda request: fetched.append(request))
        DeskPage(page, witness).open(role="Maire")
        sizes = {
            path: request.sizes()["responseBodySize"]
            for request in fetched
            if (path := urlsplit(request.url).path).endswith(CODE) or path == "/"
        }
    worker = [path for path in sizes if "worker" in path]
    assert worker, "the map's worker is part of the first view, and was not counted"
    told = "\n".join(f"{size:>9} {path}" for path, size in sorted(sizes.items(), key=lambda item: -item[1]))
    assert 300_000 < sum(sizes.values()) < MOST_BYTES, f"{sum(sizes.values())} bytes:\n{told}"
