/** The surfaces of a territory: what covers the ground, waters, plans and risks. */
import type { ExpressionSpecification } from 'maplibre-gl';
import type { Palette } from './palette.ts';
import { among, by, from, grouped, ink, TEXT_FONT, zoomed, type Grouped, type Maker } from './styling.ts';

const URBAN = ['urban', 'urban-adapted', 'to-be-urbanised'];

export const landCover: Maker = ({ name }, p) => grouped(null, {
  id: `ground-${name}`, type: 'fill', ...from(name),
  paint: {
    'fill-antialias': false,
    'fill-color': by('kind', {
      urban: p.urban, industrial: p.industrial, quarry: p.industrial, green: p.park, agricultural: p.field, forest: p.forest,
      natural: p.heath, wetland: p.wet, bare: p.sand, sea: p.sea, water: p.water,
    }, p.ground),
  },
});

/** Cells of use say where people live; they are laid on the cover, so only the built ones are shown. */
export const landUse: Maker = ({ name, attributes }, p) => {
  const built = grouped(null, {
    id: `ground-${name}`, type: 'fill', ...from(name), minzoom: 9, filter: among('kind', URBAN),
    paint: { 'fill-antialias': false, 'fill-color': p.urban, 'fill-opacity': 0.75 },
  });
  if (!attributes.includes('population')) return built;
  return [...built, ...grouped('population', {
    id: `population-${name}`, type: 'fill', ...from(name), filter: ['>', ['coalesce', ['get', 'population'], 0], 0],
    paint: { 'fill-color': p.people, 'fill-opacity': ['interpolate', ['linear'], ['get', 'population'], 1, 0.12, 50, 0.3, 300, 0.6] },
  })];
};

export const water: Maker = ({ name }, p) => grouped('water', {
  id: `water-${name}`, type: 'fill', ...from(name),
  paint: { 'fill-color': name === 'sea' ? p.sea : by('kind', { sea: p.sea, marsh: p.marsh }, p.water) },
}, {
  id: `water-edge-${name}`, type: 'line', ...from(name), minzoom: 12.5,
  paint: { 'line-color': p.waterEdge, 'line-width': zoomed([12.5, 0.4], [16, 1]), 'line-opacity': 0.7 },
});

export const waterLines: Maker = ({ name }, p) => grouped('water', {
  id: `water-${name}`, type: 'line', ...from(name), layout: { 'line-cap': 'round', 'line-join': 'round' },
  filter: ['>=', ['zoom'], ['match', ['get', 'kind'], ['ditch'], 13.5, ['stream'], 11, 0]],
  paint: {
    'line-color': p.waterLine,
    'line-width': zoomed([9, by('kind', { river: 0.9, canal: 0.8 }, 0.4)], [14, by('kind', { river: 2.2, canal: 2, ditch: 0.8 }, 1.3)], [18, by('kind', { river: 7, canal: 6, ditch: 2.5 }, 4)]),
  },
});

export const coast: Maker = ({ name }, p) => grouped('water', {
  id: `coast-${name}`, type: 'line', ...from(name), paint: { 'line-color': p.coast, 'line-width': zoomed([8, 0.6], [14, 1.4]) },
});

const planColour = (p: Palette): ExpressionSpecification => by('kind', { U: p.planU, AU: p.planAU, A: p.planA, N: p.planN }, p.grey);

/** The zones of the plan, in the colours every planner knows: red for built, orange to build, yellow fields, green nature. */
export const planningZones: Maker = ({ name }, p) => grouped('planning', {
  id: `planning-${name}`, type: 'fill', ...from(name), paint: { 'fill-color': planColour(p), 'fill-opacity': 0.2 },
}, {
  id: `planning-edge-${name}`, type: 'line', ...from(name), paint: { 'line-color': planColour(p), 'line-width': zoomed([11, 0.5], [16, 1.4]) },
}, {
  id: `planning-word-${name}`, type: 'symbol', ...from(name), minzoom: 13.5,
  layout: { 'text-field': ['coalesce', ['get', 'zone'], ['get', 'kind'], ''], 'text-font': TEXT_FONT, 'text-size': 11.5, 'text-padding': 28 }, paint: ink(planColour(p), p),
});

export const planningShapes: Maker = ({ name, geometry }, p) => {
  if (geometry === 'point') {
    return grouped('planning', { id: `planning-${name}`, type: 'circle', ...from(name), paint: { 'circle-radius': zoomed([13, 2.5], [17, 4.5]), 'circle-color': p.planU, 'circle-stroke-color': p.halo, 'circle-stroke-width': 1 } });
  }
  const told: ExpressionSpecification = ['==', ['get', 'kind'], 'information'];
  const line = grouped('planning', { id: `planning-edge-${name}`, type: 'line', ...from(name), paint: { 'line-color': ['case', told, p.grey, p.planU], 'line-width': zoomed([12, 0.8], [16, 1.8]), 'line-dasharray': [3, 2] } });
  if (geometry === 'line') return line;
  return [...grouped('planning', { id: `planning-${name}`, type: 'fill', ...from(name), filter: ['!', told], minzoom: 14, paint: { 'fill-pattern': `hatch|${p.planU}`, 'fill-opacity': 0.12 } }), ...line];
};

export const protectedAreas: Maker = ({ name }, p) => grouped('protected-areas', {
  id: `protected-${name}`, type: 'fill', ...from(name), paint: { 'fill-pattern': `dots|${p.green2}`, 'fill-opacity': 0.5 },
}, {
  id: `protected-edge-${name}`, type: 'line', ...from(name), paint: { 'line-color': p.green2, 'line-width': zoomed([9, 0.8], [15, 2]), 'line-opacity': 0.8 },
}, {
  id: `protected-word-${name}`, type: 'symbol', ...from(name), minzoom: 11,
  layout: { 'text-field': ['coalesce', ['get', 'name'], ['get', 'code'], ''], 'text-font': TEXT_FONT, 'text-size': 11.5, 'text-max-width': 9, 'text-padding': 40 }, paint: ink(p.green2, p),
});

export const riskZones: Maker = ({ name }, p) => {
  const colour = by('kind', { red: p.red, orange: p.orange, blue: p.blue, green: p.green2 }, p.grey);
  return grouped('risk-zones', {
    id: `risk-${name}`, type: 'fill', ...from(name), paint: { 'fill-color': colour, 'fill-opacity': 0.14 },
  }, {
    id: `risk-edge-${name}`, type: 'line', ...from(name), paint: { 'line-color': colour, 'line-width': 0.8, 'line-opacity': 0.75 },
  }, {
    id: `risk-word-${name}`, type: 'symbol', ...from(name), minzoom: 13,
    layout: { 'text-field': ['get', 'zone'], 'text-font': TEXT_FONT, 'text-size': 11, 'text-padding': 20 }, paint: ink(colour, p, 1.2),
  });
};

/** From which depth each blue begins, in metres: ankles, knees, a man's chest, over his head. */
export const DEPTHS_M = [0, 0.5, 1, 2] as const;

/** A flood that was computed: deeper is darker where depth is said, one even blue where it is not. */
export const hazardZones: Maker = ({ name, attributes }, p) => {
  const [shallow, ...deeper] = p.depths;
  const ramp = ['step', ['to-number', ['get', 'depth_m'], 0], shallow, ...deeper.flatMap((colour, index) => [DEPTHS_M[index + 1], colour])] as unknown as ExpressionSpecification;
  const said = attributes.includes('depth_m');
  const fill = grouped('hazard-zones', {
    id: `hazard-${name}`, type: 'fill', ...from(name),
    paint: { 'fill-antialias': !said, 'fill-color': said ? ['case', ['has', 'depth_m'], ramp, p.flood] : p.flood, 'fill-opacity': said ? 0.6 : 0.22 },
  });
  return said ? fill : [...fill, ...grouped('hazard-zones', { id: `hazard-edge-${name}`, type: 'line', ...from(name), paint: { 'line-color': p.flood, 'line-width': 1 } })];
};

export const pastExtent: Maker = ({ name }, p) => grouped('past-extent', {
  id: `past-${name}`, type: 'fill', ...from(name), paint: { 'fill-pattern': `hatch|${p.past}`, 'fill-opacity': 0.55 },
}, {
  id: `past-edge-${name}`, type: 'line', ...from(name), paint: { 'line-color': p.past, 'line-width': 1.4 },
});

export const buildings: Maker = ({ name }, p) => grouped('buildings', {
  id: `buildings-${name}`, type: 'fill', ...from(name), minzoom: 13,
  paint: {
    'fill-color': by('kind', { public: p.buildingPublic, religious: p.buildingPublic, industrial: p.buildingWork, commercial: p.buildingWork, agricultural: p.buildingWork }, p.building),
    'fill-outline-color': ['step', ['zoom'], p.building, 15, p.buildingEdge],
    'fill-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0.7, 14.5, 1],
  },
});

/** How high a building of each kind stands when nobody measured it, in metres. */
const USUAL_HEIGHT_M = { residential: 6.5, agricultural: 6, industrial: 8, commercial: 7, public: 9, religious: 14, annex: 3 };

export function volumes(name: string, p: Palette): Grouped[] {
  return grouped('buildings', {
    id: `buildings-3d-${name}`, type: 'fill-extrusion', ...from(name), minzoom: 13, layout: { visibility: 'none' },
    paint: {
      'fill-extrusion-color': by('kind', { public: p.volumePublic, religious: p.volumePublic, industrial: p.volumeWork, commercial: p.volumeWork, agricultural: p.volumeWork }, p.volume),
      'fill-extrusion-height': ['coalesce', ['get', 'height_m'], by('kind', USUAL_HEIGHT_M, 5.5)],
      'fill-extrusion-vertical-gradient': true, 'fill-extrusion-opacity': 1,
    },
  });
}
