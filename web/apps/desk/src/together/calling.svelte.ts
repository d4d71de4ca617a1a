/** Calling a person back when they look elsewhere: the system's own notifications, and sounds; both only if they asked. */
import type { Raised } from '@garance/client';
import { t, term } from '@garance/kit';
import type { Opened, Openings } from '../state/openings.svelte.ts';
import { keepSounds, play, soundsOn } from './sounds.ts';

const KEPT = 'garance.call-back';

type Permission = NotificationPermission | 'absent';
const permission = (): Permission => (typeof Notification === 'undefined' ? 'absent' : Notification.permission);

class Calling {
  sounds = $state(soundsOn());
  asked = $state(localStorage.getItem(KEPT) === 'on');
  allowed = $state<Permission>(permission());

  chooseSounds(on: boolean): void {
    this.sounds = on;
    keepSounds(on);
    if (on) void play('serious');
  }

  /** Asks the browser for its leave: only ever on a click. */
  async chooseNotices(on: boolean): Promise<void> {
    if (on && this.allowed === 'default') this.allowed = await Notification.requestPermission();
    this.asked = on && this.allowed === 'granted';
    if (this.asked) localStorage.setItem(KEPT, 'on');
    else localStorage.removeItem(KEPT);
  }

  /** Something is newly to read. */
  tell(raised: Raised, { id, desk, bench }: Opened, openings: Openings, go: (situation: string) => void): void {
    if (this.sounds) void play(raised.gravity);
    if (!document.hidden || !this.asked || permission() !== 'granted') return;
    const title = `${desk.mode === 'actual' ? '' : `${term('mode', desk.mode).toUpperCase()} · `}${noticeTitle(raised)}`;
    const notice = new Notification(title, { body: raised.words.slice(0, 200), tag: raised.id, lang: document.documentElement.lang });
    notice.onclick = () => {
      focus();
      if (openings.current !== id) go(id);
      bench.mustRead.open(raised);
      notice.close();
    };
  }
}

export const calling = new Calling();

/** What a notice is, in words. */
export function noticeTitle({ kind, words }: Raised): string {
  if (kind === 'level') return `${t('level.word', { n: words })} · ${term('level', words)}`;
  return term('notice', kind);
}
