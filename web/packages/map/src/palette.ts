/** Colours of the map for each look. Ground is quiet; only what matters tonight is saturated. */
import type { ThemeName } from './theme.ts';

export type Palette = {
  ground: string;
  urban: string;
  industrial: string;
  green: string;
  wet: string;
  sea: string;
  water: string;
  waterEdge: string;
  waterText: string;
  coast: string;
  commune: string;
  roadCase: string;
  roadMinor: string;
  roadMajor: string;
  building: string;
  buildingTop: string;
  text: string;
  textQuiet: string;
  halo: string;
  hillShadow: string;
  hillLight: string;
  flood: string;
  past: string;
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
  ground: '#191e20',
  urban: '#24292b',
  industrial: '#262728',
  green: '#1a2320',
  wet: '#17211f',
  sea: '#0d1b25',
  water: '#122935',
  waterEdge: '#2b5366',
  waterText: '#7fb2cb',
  coast: '#4f7f93',
  commune: '#6f7a81',
  roadCase: '#111517',
  roadMinor: '#434d53',
  roadMajor: '#76828a',
  building: '#343c41',
  buildingTop: '#4a545b',
  text: '#d4dade',
  textQuiet: '#98a3aa',
  halo: '#101416',
  hillShadow: '#07090a',
  hillLight: '#4d575c',
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
};

const light: Palette = {
  ...dark,
  ground: '#f1f1ed',
  urban: '#e6e3de',
  industrial: '#e2e1e4',
  green: '#e2ebda',
  wet: '#dfeae4',
  sea: '#c3dbe8',
  water: '#b5d3e3',
  waterEdge: '#7aa9c2',
  waterText: '#22566f',
  coast: '#3f7391',
  commune: '#78828a',
  roadCase: '#c2c6c8',
  roadMinor: '#ffffff',
  roadMajor: '#ffffff',
  building: '#cfcac3',
  buildingTop: '#bfb9b0',
  text: '#1a2126',
  textQuiet: '#56626a',
  halo: '#ffffff',
  hillShadow: '#6a6f70',
  hillLight: '#ffffff',
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
};

const contrast: Palette = {
  ...dark,
  ground: '#000000',
  urban: '#141414',
  industrial: '#141414',
  green: '#000000',
  wet: '#000000',
  sea: '#00141f',
  water: '#00283d',
  waterEdge: '#4fb3e6',
  waterText: '#a8dcff',
  coast: '#8fd4ff',
  commune: '#ffffff',
  roadCase: '#000000',
  roadMinor: '#8a8a8a',
  roadMajor: '#ffffff',
  building: '#3a3a3a',
  buildingTop: '#6a6a6a',
  text: '#ffffff',
  textQuiet: '#ffffff',
  halo: '#000000',
  hillLight: '#2a2a2a',
  select: '#ffe600',
};

const PALETTES: Record<ThemeName, Palette> = { dark, light, contrast };

export const paletteOf = (theme: ThemeName): Palette => PALETTES[theme];
