export * from './axis.ts';
export * from './legal.ts';
export { default as TimeStrip } from './TimeStrip.svelte';
