/** The grids that can be drawn over the map. */
export const GRIDS = ['none', 'degrees', 'utm', 'dfci'] as const;
export type Grid = (typeof GRIDS)[number];
