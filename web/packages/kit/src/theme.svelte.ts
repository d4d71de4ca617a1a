/** Which of the three looks the person chose; remembered on this machine. */
export type ThemeName = 'dark' | 'light' | 'contrast';
const KEPT = 'garance.theme';
const NAMES: readonly ThemeName[] = ['dark', 'light', 'contrast'];

class Theme {
  name = $state<ThemeName>('dark');

  constructor() {
    const kept = localStorage.getItem(KEPT) as ThemeName | null;
    this.choose(kept && NAMES.includes(kept) ? kept : matchMedia('(prefers-contrast: more)').matches ? 'contrast' : 'dark');
  }

  choose(name: ThemeName): void {
    this.name = name;
    document.documentElement.dataset['theme'] = name;
    localStorage.setItem(KEPT, name);
  }
}

export const theme = new Theme();
