"""The documents of the service: landing page, conformance, collections, their schemas, the description of it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import garance
from garance.server.ogc.query import CRS84, FORMAT_QUERY, PAGE_QUERY
from garance.territory.layer_table import LayerTable
from garance.territory.manifest import Layer, Manifest

Document = dict[str, Any]

CONFORMS = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
)
JSON, GEOJSON, SCHEMA = "application/json", "application/geo+json", "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SHAPES = {
    "point": "https://geojson.org/schema/Point.json",
    "line": "https://geojson.org/schema/MultiLineString.json",
    "polygon": "https://geojson.org/schema/MultiPolygon.json",
}
LICENCES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "Licence Ouverte": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    "Licence Ouverte 1.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    "Licence Ouverte 2.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    "Etalab 2.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    "ODbL": "https://opendatacommons.org/licenses/odbl/1-0/",
    "ODbL 1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
}
"""Where the text of a licence is; nobody here follows these links."""

_WORDS = {
    "fr": {
        "landing": "Les couches du territoire {name}, version {version}",
        "made-up": " Territoire fictif : aucun lieu réel.",
        "layer": "{count} objets. Source : {source}.",
    },
    "en": {
        "landing": "The layers of the territory {name}, version {version}",
        "made-up": " Fictional territory: no real place.",
        "layer": "{count} objects. Source: {source}.",
    },
}


@dataclass(frozen=True)
class Told:
    """To whom the documents speak: at which address they know the node, in which language."""

    origin: str
    language: str

    @property
    def root(self) -> str:
        """The address of the service."""
        return f"{self.origin}/ogc"

    def title(self, layer: Layer) -> str:
        """The layer's name for a person."""
        return layer.title_fr if self.language == "fr" else layer.title_en

    def words(self, key: str, **values: object) -> str:
        """A sentence."""
        return _WORDS[self.language][key].format(**values)


def link(href: str, rel: str, kind: str, title: str | None = None) -> Document:
    """A link of a document."""
    return {"href": href, "rel": rel, "type": kind, **({"title": title} if title else {})}


def landing(manifest: Manifest, told: Told) -> Document:
    """What there is, and where."""
    made_up = told.words("made-up") if manifest.fictitious else ""
    return {
        "title": manifest.name,
        "description": told.words("landing", name=manifest.name, version=manifest.version) + made_up,
        "attribution": manifest.attribution,
        "links": [
            link(told.root, "self", JSON),
            link(f"{told.root}/api", "service-desc", OPENAPI),
            link(f"{told.origin}/api/v1/openapi.json", "related", "application/vnd.oai.openapi+json;version=3.1"),
            link(f"{told.root}/conformance", "conformance", JSON),
            link(f"{told.root}/collections", "data", JSON),
            link(f"{told.origin}/api/v1/territory", "about", JSON),
        ],
    }


def collections(manifest: Manifest, tables: Sequence[LayerTable], told: Told) -> Document:
    """Every layer."""
    shown = [collection(layer, table, told) for layer, table in zip(manifest.layers, tables, strict=True)]
    return {"links": [link(f"{told.root}/collections", "self", JSON)], "collections": shown}


def collection(layer: Layer, table: LayerTable, told: Told) -> Document:
    """One layer: its name, where it lies, whose it is."""
    place = f"{told.root}/collections/{layer.name}"
    bounds = table.bounds
    extent = {"extent": {"spatial": {"bbox": [list(bounds)], "crs": CRS84}}} if bounds is not None else {}
    return {
        "id": layer.name,
        "title": told.title(layer),
        "description": told.words("layer", count=layer.count, source=layer.source or "—"),
        "attribution": layer.attribution,
        **extent,
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            link(place, "self", JSON),
            link(f"{place}/items", "items", GEOJSON, told.title(layer)),
            link(f"{place}/schema", "describedby", SCHEMA),
            link(f"{place}/schema", "http://www.opengis.net/def/rel/ogc/1.0/schema", SCHEMA),
            *licence_links(layer, told),
        ],
    }


def licence_links(layer: Layer, told: Told) -> list[Document]:
    """A link for each licence of the layer: to its text when we know where it is, else to the data's own page."""
    named = [part.strip() for part in layer.licence.split(",") if part.strip()]
    about = f"{told.origin}/api/v1/territory"
    kinds = {name: "text/html" if name in LICENCES else JSON for name in named}
    return [link(LICENCES.get(name, about), "license", kind, name) for name, kind in kinds.items()]


def schema(layer: Layer, table: LayerTable, told: Told) -> Document:
    """What an object of the layer holds, as a JSON Schema (OGC 23-058r2)."""
    properties: Document = {name: {"title": name, "type": kind} for name, kind in table.columns.items()}
    shape = {"x-ogc-role": "primary-geometry", "format": f"geometry-{_FORMATS[layer.geometry]}"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{told.root}/collections/{layer.name}/schema",
        "type": "object",
        "title": told.title(layer),
        "properties": {"geometry": shape, **properties},
    }


_FORMATS = {"point": "point", "line": "multilinestring", "polygon": "multipolygon"}


def description(manifest: Manifest, tables: Sequence[LayerTable], told: Told) -> Document:
    """The description of this service in OpenAPI 3.0, the version that map programs read."""
    paths = {
        "/": _got("landing", JSON),
        "/conformance": _got("conformance", JSON),
        "/collections": _got("collections", JSON),
    }
    for layer, table in zip(manifest.layers, tables, strict=True):
        place = f"/collections/{layer.name}"
        equal = [
            {"name": name, "in": "query", "required": False, "schema": {"type": kind}}
            for name, kind in table.columns.items()
        ]
        number = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "integer"}}
        paths[place] = _got(f"{layer.name}.collection", JSON)
        paths[f"{place}/schema"] = _got(f"{layer.name}.schema", SCHEMA)
        paths[f"{place}/items"] = _got(f"{layer.name}.items", GEOJSON, [*PAGE_QUERY, *equal])
        paths[f"{place}/items/{{featureId}}"] = _got(f"{layer.name}.item", GEOJSON, [number, *FORMAT_QUERY])
    return {
        "openapi": "3.0.3",
        "info": {"title": manifest.name, "version": garance.__version__, "license": {"name": "EUPL-1.2"}},
        "servers": [{"url": told.root}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _got(name: str, kind: str, parameters: Sequence[Document] = FORMAT_QUERY) -> Document:
    whole = {"description": "OK", "content": {kind: {"schema": {"type": "object"}}}}
    problem = {"description": "Refused", "content": {"application/problem+json": {"schema": {"type": "object"}}}}
    answers = {"200": whole, "default": problem}
    return {"get": {"operationId": name, "parameters": list(parameters), "responses": answers}}
