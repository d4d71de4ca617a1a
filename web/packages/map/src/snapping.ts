/** Brings a place to what it nearly touches: a vertex, an edge of another drawing, a road. */
import type { Geometry, Position } from '@garance/client';
import type { MapView } from './view.ts';

const NEAR_PX = 9;

type Spot = { x: number; y: number };
type Found = { position: Position; away_px: number };

const lines = (geometry: Geometry): Position[][] =>
  geometry.type === 'Point' ? [[geometry.coordinates]] : geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates;

/** The place itself when nothing is near. Vertices win over edges, drawings over roads. */
export function snapped(view: MapView, position: Position): Position {
  const { engine } = view;
  const at = engine.project(position);
  const drawn = view.shapes.flatMap(({ geometry }) => lines(geometry));
  return nearest(drawn, at, view) ?? nearest(roadsNear(view, at), at, view) ?? position;
}

function roadsNear({ engine }: MapView, { x, y }: Spot): Position[][] {
  const layers = engine.getLayersOrder().filter((id) => id.startsWith('roads') && engine.getLayer(id)?.type === 'line');
  if (layers.length === 0) return [];
  const found = engine.queryRenderedFeatures([[x - NEAR_PX, y - NEAR_PX], [x + NEAR_PX, y + NEAR_PX]], { layers });
  return found.flatMap(({ geometry }) => {
    if (geometry.type === 'LineString') return [geometry.coordinates as Position[]];
    return geometry.type === 'MultiLineString' ? (geometry.coordinates as Position[][]) : [];
  });
}

function nearest(paths: readonly Position[][], at: Spot, view: MapView): Position | null {
  let vertex: Found | null = null;
  let edge: Found | null = null;
  for (const path of paths) {
    const spots = path.map((position) => view.engine.project(position));
    for (const [index, spot] of spots.entries()) {
      vertex = closer(vertex, { position: path[index]!, away_px: Math.hypot(spot.x - at.x, spot.y - at.y) });
      const next = spots[index + 1];
      if (next) edge = closer(edge, onEdge(path[index]!, path[index + 1]!, spot, next, at));
    }
  }
  return (vertex ?? edge)?.position ?? null;
}

const closer = (known: Found | null, found: Found): Found | null => (found.away_px <= NEAR_PX && found.away_px < (known?.away_px ?? Infinity) ? found : known);

function onEdge(a: Position, b: Position, from: Spot, to: Spot, at: Spot): Found {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const long = dx * dx + dy * dy;
  const along = long === 0 ? 0 : Math.min(1, Math.max(0, ((at.x - from.x) * dx + (at.y - from.y) * dy) / long));
  const position: Position = [a[0] + (b[0] - a[0]) * along, a[1] + (b[1] - a[1]) * along];
  return { position, away_px: Math.hypot(from.x + along * dx - at.x, from.y + along * dy - at.y) };
}
