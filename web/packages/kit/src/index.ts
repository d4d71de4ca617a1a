export { default as Icon } from './Icon.svelte';
export { default as Mark } from './Mark.svelte';
export { default as Severity } from './Severity.svelte';
export type { IconName } from './icons.ts';
export { lastAt, offsetAt } from './legal.ts';
export * from './theme.svelte.ts';
export * from './words.svelte.ts';
export * from './zone.svelte.ts';
