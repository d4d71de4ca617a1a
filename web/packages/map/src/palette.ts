/** Colours of the map for each look. Ground is quiet; only what matters tonight is saturated. */
import type { ThemeName } from './theme.ts';

export type Palette = {
  /** Beyond the territory. */
  void: string;
  ground: string;
  urban: string;
  industrial: string;
  park: string;
  forest: string;
  field: string;
  heath: string;
  sand: string;
  wet: string;
  marsh: string;
  sea: string;
  water: string;
  waterEdge: string;
  waterLine: string;
  waterText: string;
  coast: string;
  commune: string;
  place: string;
  roadCase: string;
  roadMinor: string;
  roadMiddle: string;
  roadMajor: string;
  bridge: string;
  path: string;
  rail: string;
  railGap: string;
  building: string;
  buildingPublic: string;
  buildingWork: string;
  buildingEdge: string;
  volume: string;
  volumePublic: string;
  volumeWork: string;
  text: string;
  textQuiet: string;
  halo: string;
  hillShadow: string;
  hillLight: string;
  /** How strongly the relief is shaded, 0 to 1. */
  hillStrength: number;
  flood: string;
  past: string;
  /** From shallow to deep; see `DEPTHS_M`. */
  depths: readonly [string, string, string, string];
  planU: string;
  planAU: string;
  planA: string;
  planN: string;
  hydrant: string;
  networks: { power: string; water: string; telecom: string; gas: string; other: string };
  red: string;
  orange: string;
  blue: string;
  green2: string;
  violet: string;
  grey: string;
  good: string;
  medium: string;
  bad: string;
  unknown: string;
  select: string;
  people: string;
  critical: string;
  serious: string;
  caution: string;
  normal: string;
  sky: string;
  haze: string;
};

const dark: Palette = {
  text: '#d4dade',
  textQuiet: '#98a3aa',
  halo: '#101416',
  flood: '#3f8ff0',
  past: '#5aa7d6',
  red: '#ff6257',
  orange: '#ff9a3c',
  blue: '#6ea6ff',
  green2: '#55c97c',
  violet: '#c08bff',
  grey: '#aeb8be',
  good: '#63cc83',
  medium: '#f2cf4a',
  bad: '#ff6b62',
  unknown: '#9aa6ad',
  select: '#ffffff',
  people: '#c9b79a',
  critical: '#ff6b62',
  serious: '#ff9f45',
  caution: '#f2cf4a',
  normal: '#63cc83',
  sky: '#1d2b36',
  haze: '#2f3f4a',
  void: '#131719',
  ground: '#1e2426',
  urban: '#2a2f33',
  industrial: '#2d2d33',
  park: '#203328',
  forest: '#1b3126',
  field: '#22271f',
  heath: '#222c22',
  sand: '#302e26',
  wet: '#182c30',
  marsh: '#143039',
  sea: '#0a1824',
  water: '#0f2c42',
  waterEdge: '#2b5a74',
  waterLine: '#2a5f7e',
  waterText: '#86b8d2',
  coast: '#5688a0',
  commune: '#8f86a8',
  place: '#a9b4bb',
  roadCase: '#101416',
  roadMinor: '#56616a',
  roadMiddle: '#76828a',
  roadMajor: '#a3afb6',
  bridge: '#0a0d0e',
  path: '#66717a',
  rail: '#7d8890',
  railGap: '#1b2022',
  building: '#414a51',
  buildingPublic: '#59636a',
  buildingWork: '#3d434c',
  buildingEdge: '#59646c',
  volume: '#59646c',
  volumePublic: '#7d8890',
  volumeWork: '#515963',
  hillShadow: '#04070a',
  hillLight: '#6d7a80',
  hillStrength: 0.5,
  depths: ['#2b5f8f', '#2f7fd0', '#4f63e0', '#7b3fd0'],
  planU: '#e0796f',
  planAU: '#f0a35e',
  planA: '#e3d36a',
  planN: '#6fbf7a',
  hydrant: '#ff7d8a',
  networks: { power: '#f0c05a', water: '#5cb8e6', telecom: '#c79bff', gas: '#d9e36a', other: '#aeb8be' },
};

const light: Palette = {
  ...dark,
  text: '#1a2126',
  textQuiet: '#56626a',
  halo: '#ffffff',
  flood: '#1f6fd6',
  past: '#2a7fb0',
  red: '#c62828',
  orange: '#c75a00',
  blue: '#1e5bd6',
  green2: '#1b7f3b',
  violet: '#7b1fa2',
  grey: '#4a555c',
  good: '#1b7f3b',
  medium: '#8a6a00',
  bad: '#c62828',
  unknown: '#56626a',
  select: '#000000',
  people: '#7a5c2e',
  critical: '#b3140c',
  serious: '#a24a00',
  caution: '#775b00',
  normal: '#17692f',
  sky: '#a9cbe3',
  haze: '#e3ecf1',
  void: '#e6e7e5',
  ground: '#f5f5f1',
  urban: '#e8e5e1',
  industrial: '#e2e0e6',
  park: '#d9ead0',
  forest: '#cfe3c8',
  field: '#f3f1e3',
  heath: '#e6ecd9',
  sand: '#f3ead2',
  wet: '#dbe9e6',
  marsh: '#cfe3e6',
  sea: '#bcd8e8',
  water: '#abd0e4',
  waterEdge: '#76a8c4',
  waterLine: '#6fa8c8',
  waterText: '#1f5673',
  coast: '#3f7391',
  commune: '#6b5a78',
  place: '#4f5b63',
  roadCase: '#b3b8bb',
  roadMinor: '#ffffff',
  roadMiddle: '#fdf6df',
  roadMajor: '#fae3a8',
  bridge: '#6f777c',
  path: '#a39a8c',
  rail: '#5f686e',
  railGap: '#ffffff',
  building: '#d3cdc5',
  buildingPublic: '#c2b8ae',
  buildingWork: '#cfccd2',
  buildingEdge: '#b3aca3',
  volume: '#d9d4cd',
  volumePublic: '#c8beb3',
  volumeWork: '#d0ced6',
  hillShadow: '#5d6360',
  hillLight: '#ffffff',
  hillStrength: 0.42,
  depths: ['#9cc4ea', '#5a97da', '#4560c8', '#5c2a9c'],
  planU: '#b3402f',
  planAU: '#b86a0c',
  planA: '#8a7400',
  planN: '#2d7a3c',
  hydrant: '#c2182b',
  networks: { power: '#9a6300', water: '#0f6d9e', telecom: '#7a35b8', gas: '#6d7300', other: '#4a555c' },
};

const contrast: Palette = {
  ...dark,
  text: '#ffffff',
  textQuiet: '#ffffff',
  halo: '#000000',
  select: '#ffe600',
  void: '#000000',
  ground: '#000000',
  urban: '#141414',
  industrial: '#141414',
  park: '#0a140a',
  forest: '#0a160a',
  field: '#000000',
  heath: '#000000',
  sand: '#14120a',
  wet: '#001014',
  marsh: '#001a24',
  sea: '#00141f',
  water: '#00283d',
  waterEdge: '#4fb3e6',
  waterLine: '#4fb3e6',
  waterText: '#a8dcff',
  coast: '#8fd4ff',
  commune: '#ffffff',
  place: '#ffffff',
  roadCase: '#000000',
  roadMinor: '#8a8a8a',
  roadMiddle: '#c4c4c4',
  roadMajor: '#ffffff',
  bridge: '#000000',
  path: '#9a9a9a',
  rail: '#ffffff',
  railGap: '#000000',
  building: '#3a3a3a',
  buildingPublic: '#5a5a5a',
  buildingWork: '#333333',
  buildingEdge: '#8a8a8a',
  volume: '#6a6a6a',
  volumePublic: '#9a9a9a',
  volumeWork: '#5a5a5a',
  hillShadow: '#000000',
  hillLight: '#2a2a2a',
  depths: ['#2f7fd0', '#5aa9ff', '#8f8fff', '#d08fff'],
};

const PALETTES: Record<ThemeName, Palette> = { dark, light, contrast };

export const paletteOf = (theme: ThemeName): Palette => PALETTES[theme];
