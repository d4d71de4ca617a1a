export * from './features.ts';
export * from './groups.ts';
export { paletteOf } from './palette.ts';
export { MapView, type Camera, type MapSettings } from './view.ts';
export type { Tool, Drawing } from './draw.ts';
