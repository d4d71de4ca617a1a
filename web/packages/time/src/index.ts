export * from './lens.ts';
export * from './marks.ts';
export * from './typed.ts';
export * from './axis.ts';
export { default as TimeStrip } from './TimeStrip.svelte';
