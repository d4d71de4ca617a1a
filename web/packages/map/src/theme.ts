/** The looks a map can be drawn in. */
export type ThemeName = 'dark' | 'light' | 'contrast';
