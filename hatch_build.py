"""Packaging hook: put the built pages in the wheel, so that an installed Garance needs no Node.

The pages are built only when they do not match the sources (a digest kept beside them). A source archive carries
both, so that a wheel made from it builds nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent / "scripts"))

from house import web


class PagesHook(BuildHookInterface[Any]):
    """Build `web/` before packing."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make sure that the built pages match their sources."""
        root = Path(self.root)
        if version == "editable" or not web.has_sources(root) or web.is_built(root):
            return
        node = web.node_package()
        web.clear_built(root)
        env = {**os.environ, **web.npm_environment(node, root)}
        for arguments in (("ci", "--no-audit", "--no-fund"), ("run", "build")):
            subprocess.run(web.npm(node, *arguments), cwd=web.web_folder(root), env=env, check=True)  # noqa: S603
        web.mark_built(root)
