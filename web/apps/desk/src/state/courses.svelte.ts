/** Courses of action on this desk: which one is looked at, in which phase, and what the map then shows. */
import type { Course, Picture, Shape } from '@garance/client';
import { t } from '@garance/kit';
import type { Desk } from './desk.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';

/** `chosen` follows the choice; `all` shows every course, those not chosen faintly; otherwise one course. */
export type Looking = 'chosen' | 'all' | (string & {});

export class CoursesInHand {
  readonly #bench: Workbench;
  looking = $state<Looking>('chosen');
  phase = $state<number | null>(null);
  /** The two that are compared, one shown and then the other. */
  rival = $state<string | null>(null);

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  get #desk(): Desk {
    return this.#bench.desk;
  }

  get all(): Course[] {
    return this.#desk.picture.courses;
  }

  get chosen(): Course | null {
    return this.all.find(({ chosen }) => chosen) ?? null;
  }

  /** The course looked at alone; null when several are. */
  get alone(): Course | null {
    return this.looking === 'chosen' ? this.chosen : this.all.find(({ id }) => id === this.looking) ?? null;
  }

  look(at: Looking): void {
    this.looking = at;
    this.phase = null;
  }

  /** Compares two: shows the other one, and back. */
  swap = (): void => {
    const [one, other] = [this.alone?.id ?? null, this.rival];
    if (!other) return;
    this.look(other);
    this.rival = one;
  };

  compare(course: string): void {
    this.rival = course;
    if (!this.alone) this.look(this.chosen?.id ?? this.all.find(({ id }) => id !== course)?.id ?? 'all');
  }

  /** What a new drawing says of the course it is drawn for. */
  get drawnFor(): { course?: string; phase?: number } {
    if (this.looking === 'chosen' || this.looking === 'all' || !this.alone) return {};
    return { course: this.alone.id, ...(this.phase === null ? {} : { phase: this.phase }) };
  }

  /** The picture as the map draws it: drawings of another course, or of another phase, are left out. */
  shown(picture: Picture): Picture {
    const { alone, phase } = this;
    const seen = ({ course, phase: of }: Shape): boolean => course === null || !alone || (course === alone.id && (phase === null || of === null || of === phase));
    return { ...picture, shapes: picture.shapes.filter(seen) };
  }

  /** When all are shown, those of the courses not chosen. */
  faint(picture: Picture): ReadonlySet<string> {
    if (this.alone || this.all.length === 0) return new Set();
    return new Set(picture.shapes.filter(({ course }) => course !== null && course !== this.chosen?.id).map(({ id }) => id));
  }

  describe(course: Course | null, name: string, idea: string, phases: string[]): Promise<boolean> {
    const body = { course: course?.id ?? crypto.randomUUID(), name, ...(idea ? { idea } : {}), phases };
    return this.#bench.give('courses.describe', body, course ? { follows: course.follows } : {});
  }

  choose = ({ id, follows }: Course, reason: string): Promise<boolean> => this.#bench.give('courses.choose', { course: id, reason }, { follows });

  async drop({ id }: Course, reason: string): Promise<boolean> {
    const dropped = await this.#bench.give('courses.drop', { course: id, reason });
    if (dropped && this.looking === id) this.look('chosen');
    return dropped;
  }

  /** « Mode d'action nord, phase 2 : Attaque » */
  words({ course, phase }: Shape): string {
    const known = this.all.find(({ id }) => id === course);
    if (!known) return '';
    const named = phase === null ? '' : known.phases[phase - 1];
    return phase === null ? known.name : t('course.in-phase', { course: known.name, n: phase, phase: named ?? '' });
  }
}
