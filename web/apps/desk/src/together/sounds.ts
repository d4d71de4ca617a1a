/** Three short sounds, made on the spot: the graver, the more notes and the higher. Off until someone asks. */
import type { Gravity } from '@garance/client';

const KEPT = 'garance.sounds';
/** Notes of each: frequency in hertz, start in seconds. */
const NOTES: Record<Gravity, [number, number][]> = {
  critical: [[880, 0], [659, 0.18], [880, 0.36], [659, 0.54]],
  serious: [[659, 0], [784, 0.2]],
  caution: [[523, 0]],
};
const NOTE_S = 0.16;
const VOLUME = 0.25;
/** Sounds asked in the same breath are one: the first. */
const APART_MS = 1_500;

export const soundsOn = (): boolean => localStorage.getItem(KEPT) === 'on';

export function keepSounds(on: boolean): void {
  if (on) localStorage.setItem(KEPT, 'on');
  else localStorage.removeItem(KEPT);
}

let context: AudioContext | null = null;
let last_ms = -Infinity;

function note(audio: AudioContext, frequency: number, at_s: number): void {
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  tone.type = 'triangle';
  tone.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at_s);
  gain.gain.linearRampToValueAtTime(VOLUME, at_s + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at_s + NOTE_S);
  tone.connect(gain).connect(audio.destination);
  tone.start(at_s);
  tone.stop(at_s + NOTE_S);
}

/** Plays the sound of that gravity. A browser that forbids it until the page is touched stays silent. */
export async function play(gravity: Gravity): Promise<void> {
  if (performance.now() - last_ms < APART_MS) return;
  last_ms = performance.now();
  context ??= new AudioContext();
  if (context.state === 'suspended') await context.resume().catch(() => undefined);
  const now_s = context.currentTime + 0.02;
  for (const [frequency, start_s] of NOTES[gravity]) note(context, frequency, now_s + start_s);
}
