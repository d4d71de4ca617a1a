"""Territory packs: read, build, import, and ask where things are. A pack is reference: it never changes in place.

`reading` opens the files of outside; `importing` makes of them the content of a pack; `make` invents one; the modules
here write the pack and open it (`pack`); `questions` answers.
"""

from garance.territory.boundary import read_boundary_series
from garance.territory.importing.importer import import_territory
from garance.territory.manifest import Layer, Manifest, Missing, ReportLine
from garance.territory.pack import Pack, open_pack
from garance.territory.questions.rows import Feature
from garance.territory.roles import Role

__all__ = [
    "Feature",
    "Layer",
    "Manifest",
    "Missing",
    "Pack",
    "ReportLine",
    "Role",
    "import_territory",
    "open_pack",
    "read_boundary_series",
]
