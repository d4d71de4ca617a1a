"""GDAL's own driver of OGC API Features, in a process of its own: it holds this one's threads while it waits.

Called as `python gdal_reading.py ADDRESS TOKEN`; prints, for each layer, what it read.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyogrio
import shapely


def read_with_gdal(address: str, token: str) -> dict[str, dict[str, Any]]:
    """Each layer of the service at that address: fields, geometry type, shapes, how many lie in its first's box."""
    words = [sys.executable, str(Path(__file__).resolve()), address, token]
    done = subprocess.run(words, capture_output=True, text=True, timeout=100, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def _read(address: str, layer: str) -> dict[str, Any]:
    meta, numbers, shapes, _ = pyogrio.raw.read(address, layer=layer, return_fids=True)
    read = shapely.from_wkb(shapes)
    _, _, near, _ = pyogrio.raw.read(address, layer=layer, bbox=tuple(read[0].bounds))
    return {
        "fields": [str(name) for name in meta["fields"]],
        "type": str(meta["geometry_type"]),
        "numbers": numbers.tolist(),
        "shapes": [shapely.to_wkb(shape, hex=True) for shape in read],
        "near": len(near),
    }


if __name__ == "__main__":
    said, secret = sys.argv[1:]
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": secret})
    names = [str(name) for name, _ in pyogrio.list_layers(said)]
    sys.stdout.write(json.dumps({name: _read(said, name) for name in names}))
