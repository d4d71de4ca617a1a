/** What a photograph says of its hour and place: a real one, then everything that could be put in its place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOT_TOLD, takenOf } from '../src/index.ts';

/** The first bytes of a picture written by Pillow: taken at 04:31:07 +01:00, at 45°56'30" N 0°57'36" W. */
const PICTURE = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/4QDuRXhpZgAATU0AKgAAAAgAAwEyAAIAAAAUAAAAModpAAQAAAABAAAARoglAAQAAAABAAAAgAAAAAAyMDEwOjAyOjI4IDA0OjAwOjAwAAACkAMAAgAAABQAAABkkBEAAgAAAAcAAAB4AAAAADIwMTA6MDI6MjggMDQ6MzE6MDcAKzAxOjAwAAAABAABAAIAAAACTgAAAAACAAUAAAADAAAAtgADAAIAAAACVwAAAAAEAAUAAAADAAAAzgAAAAAAAAAtAAAAAQAAADgAAAABAAAAHgAAAAEAAAAAAAAAAQAAADkAAAABAAAAJAAAAAH/2wBDAP///////////////////w==',
  'base64',
);
const bytes = (given: Uint8Array): ArrayBuffer => Uint8Array.from(given).buffer;

test('the hour with its zone, and the place', () => {
  assert.deepEqual(takenOf(bytes(PICTURE)), { wall: '2010-02-28T04:31:07', offset_min: 60, geometry: { type: 'Point', coordinates: [-0.96, 45.9416667] } });
});

test('what is no such picture tells nothing', () => {
  for (const given of [[], [0xff, 0xd8], [...Buffer.from('%PDF-1.7 xxxxxxxxxxxx')], [0xff, 0xd8, 0xff, 0xe1, 0, 0, 0, 0, 0, 0, 0, 0, 0]]) assert.deepEqual(takenOf(bytes(Uint8Array.from(given))), NOT_TOLD);
});

test('cut anywhere, or with any byte changed, nothing is thrown and nothing impossible is told', () => {
  const check = (given: Uint8Array): void => {
    const { wall, offset_min, geometry } = takenOf(bytes(given));
    assert.ok(wall === null || !Number.isNaN(Date.parse(`${wall}Z`)));
    assert.ok(offset_min === null || Math.abs(offset_min) <= 14 * 60);
    const [lon, lat] = geometry?.coordinates ?? [0, 0];
    assert.ok(Math.abs(lon) <= 180 && Math.abs(lat) <= 90);
  };
  for (let length = 0; length < PICTURE.length; length += 1) check(PICTURE.subarray(0, length));
  for (let at = 0; at < PICTURE.length; at += 1) {
    for (const value of [0, 1, 0x2a, 0x7f, 0x80, 0xff]) {
      const changed = Uint8Array.from(PICTURE);
      changed[at] = value;
      check(changed);
    }
  }
});
