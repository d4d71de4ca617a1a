export * from './axis.ts';
export { default as TimeStrip } from './TimeStrip.svelte';
