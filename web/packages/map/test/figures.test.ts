import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figure, Position, Sector } from '@garance/client';
import { axisOf, circleOf, downwind, opened, openingOf, polygonOf, radiusEnd, reaching, sectorOf, sideEnd } from '../src/figures.ts';
import { area_m2, bearing_deg, destination, distance_m, EARTH_RADIUS_M } from '../src/geodesy.ts';

/** The rule of the server, as `domain/drawings/figures.py` says it. */
const TOLERANCE = 0.01;
const TOLERANCE_DEG = 1.5;

function haversine([lon_a, lat_a]: Position, [lon_b, lat_b]: Position): [number, number] {
  const [la, pa, lb, pb] = [lon_a, lat_a, lon_b, lat_b].map((value) => (value * Math.PI) / 180) as [number, number, number, number];
  const half = Math.sin((pb - pa) / 2) ** 2 + Math.cos(pa) * Math.cos(pb) * Math.sin((lb - la) / 2) ** 2;
  const east = Math.sin(lb - la) * Math.cos(pb);
  const north = Math.cos(pa) * Math.sin(pb) - Math.sin(pa) * Math.cos(pb) * Math.cos(lb - la);
  return [2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(half))), (((Math.atan2(east, north) * 180) / Math.PI) % 360 + 360) % 360];
}

function accepted(figure: Figure, vertex: Position): boolean {
  const [distance, bearing] = haversine(figure.centre, vertex);
  const slack = TOLERANCE * figure.radius_m;
  const around = Math.abs(distance - figure.radius_m) <= slack;
  if (figure.form === 'circle') return around;
  if (distance <= slack) return true;
  const width = ((figure.to_deg - figure.from_deg) % 360 + 360) % 360 || 360;
  return around && ((bearing - figure.from_deg + TOLERANCE_DEG) % 360 + 360) % 360 <= width + 2 * TOLERANCE_DEG;
}

const CENTRES: Position[] = [[-0.9623, 45.9412], [0, 0], [55.5, -21.1], [-61.5, 16.2], [166.4, -22.3], [-56.2, 46.8], [10, 78]];

test('every vertex of a circle or a sector is one the server accepts, wherever and however large', () => {
  let seen = 0;
  for (const centre of CENTRES) {
    for (const radius of [5, 80, 1500, 30_000, 400_000]) {
      for (const figure of [circleOf(centre, radius), ...[[0, 5], [359, 30], [200, 120], [90, 355]].map(([axis, opening]) => sectorOf(centre, radius, axis!, opening!))]) {
        const [ring] = polygonOf(figure).coordinates;
        assert.ok(ring!.length >= 4);
        assert.deepEqual(ring![0], ring!.at(-1));
        for (const vertex of ring!) assert.ok(accepted(figure, vertex), `${JSON.stringify(figure)} at ${vertex}`);
        seen += ring!.length;
      }
    }
  }
  assert.ok(seen > 5000);
});

test('the rule that the test repeats does refuse: a vertex 2 % off, one outside the sector', () => {
  const sector = sectorOf([-1, 46], 1000, 90, 60);
  assert.ok(!accepted(sector, destination([-1, 46], 90, 1020)));
  assert.ok(!accepted(sector, destination([-1, 46], 200, 1000)));
  assert.ok(accepted(sector, destination([-1, 46], 75, 1000)));
});

test('a polygon turns counter-clockwise and covers the area of its figure', () => {
  const circle = circleOf([-1, 46], 1000);
  const [ring] = polygonOf(circle).coordinates;
  const turn = ring!.slice(1).reduce((sum, b, index) => sum + (b[0] - ring![index]![0]) * (b[1] + ring![index]![1]), 0);
  assert.ok(turn < 0);
  assert.ok(Math.abs(area_m2(ring!) / (Math.PI * 1000 ** 2) - 1) < 0.01);
  const quarter = polygonOf(sectorOf([-1, 46], 1000, 45, 90)).coordinates[0]!;
  assert.ok(Math.abs(area_m2(quarter) / ((Math.PI * 1000 ** 2) / 4) - 1) < 0.01);
});

test('going somewhere and measuring the way there agree, on the sphere of the server', () => {
  assert.equal(EARTH_RADIUS_M, 6_371_008.8);
  for (const from of CENTRES) {
    for (const towards of [0, 45, 179, 270]) {
      const there = destination(from, towards, 12_345);
      assert.ok(Math.abs(distance_m(from, there) - 12_345) < 0.01);
      assert.ok(Math.abs(((bearing_deg(from, there) - towards + 540) % 360) - 180) < 1e-6);
      assert.ok(Math.abs(haversine(from, there)[0] - 12_345) < 0.01);
    }
  }
});

test('handles change one number of a figure and leave the others', () => {
  const circle = circleOf([-1, 46], 500);
  assert.equal(reaching(circle, destination([-1, 46], 10, 800)).radius_m, 800);
  assert.ok(Math.abs(distance_m([-1, 46], radiusEnd(circle)) - 500) < 0.01);
  const sector = sectorOf([-1, 46], 500, 90, 30);
  const turned = reaching(sector, destination([-1, 46], 180, 700)) as Sector;
  assert.deepEqual([turned.radius_m, Math.round(axisOf(turned)), Math.round(openingOf(turned))], [700, 180, 30]);
  const wider = opened(sector, 'to', destination([-1, 46], 150, 500));
  assert.deepEqual([wider.from_deg, wider.to_deg, wider.radius_m], [sector.from_deg, 150, 500]);
  assert.equal(opened(sector, 'to', destination([-1, 46], 76, 500)), sector, 'no sector thinner than can be drawn');
  assert.ok(Math.abs(bearing_deg([-1, 46], sideEnd(sector, 'from')) - 75) < 0.01);
});

test('what the wind carries goes the other way', () => {
  assert.equal(downwind(270), 90);
  assert.equal(downwind(200), 20);
  const plume = sectorOf([-1, 46], 500, downwind(180), 40);
  assert.deepEqual([plume.from_deg, plume.to_deg], [340, 20], 'across the north');
  assert.equal(openingOf(plume), 40);
});
