"""The packs of a folder, each in a few words (liste de territoires)."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from garance.kernel.refusal import Refused
from garance.territory.layer_table import LayerTables, Wanted
from garance.territory.manifest import GEOPACKAGE, MANIFEST, Layer, Manifest, Raster, read_manifest

PAGE_ROWS = 1_000


@dataclass(frozen=True)
class Listed:
    """One pack: where, its card (nothing when it cannot be read: `refused` says why), its inhabitants if told."""

    folder: Path
    manifest: Manifest | None
    inhabitants: int | None = None
    refused: Refused | None = None

    @property
    def bytes(self) -> int:
        """What its files weigh together."""
        return sum(file.bytes for file in self.manifest.files) if self.manifest else 0

    @property
    def sources(self) -> list[str]:
        """Whose data it is: attributions, or the names of the files when nobody is named."""
        if self.manifest is None:
            return []
        parts: list[Layer | Raster] = [*self.manifest.layers, *self.manifest.rasters]
        stated = {part.attribution for part in parts if part.attribution}
        return sorted(stated or {part.source for part in parts if part.source})


def list_packs(folder: Path) -> list[Listed]:
    """Every pack directly in that folder, by name; the folder itself when it is one. Refuses `folder-unusable`."""
    if not folder.is_dir():
        raise Refused("folder-unusable", detail={"folder": str(folder)})
    candidates = [folder, *sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")]
    return [_listed(path) for path in candidates if (path / MANIFEST).is_file()]


def _listed(folder: Path) -> Listed:
    try:
        manifest = read_manifest(folder)
        return Listed(folder, manifest, inhabitants_of(folder, manifest))
    except Refused as problem:
        return Listed(folder, None, refused=problem)


def inhabitants_of(folder: Path, manifest: Manifest) -> int | None:
    """The inhabitants of the communes of a pack, together; nothing when they are not told.

    Refuses `layer-unreadable`.
    """
    communes = next((layer for layer in manifest.layers if layer.name == "communes"), None)
    if communes is None or "population" not in communes.attributes:
        return None
    with closing(LayerTables(folder / GEOPACKAGE)) as tables:
        pages = tables.table("communes").pages(Wanted(), offset=0, limit=communes.count, each=PAGE_ROWS)
        told = [row.properties["population"] for page in pages for row in page]
    people = [int(count) for count in told if isinstance(count, int | float)]
    return sum(people) if people else None
