/** What the map shows this person: a preset of a phase and a role, what they changed of it, kept for each axis on this device. */
import { DEFAULT_ORDER, GROUPS, LEAST_OPACITY, moved, PHASE_OF_AXIS, PHASES, presetOf, PROFILES, profileOf, wholeOrder, type GroupId, type Opacity, type Order, type Phase, type Profile, type Visibility } from '@garance/map';

type Kept = { phase: Phase; profile: Profile; shown: GroupId[]; opacity: Opacity; order: Order };
type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Layers {
  phase = $state<Phase>('impact');
  profile = $state<Profile>('common');
  visibility = $state.raw<Visibility>(presetOf('impact', 'common'));
  opacity = $state.raw<Opacity>({});
  order = $state.raw<Order>(DEFAULT_ORDER);
  readonly #person: string;
  readonly #shelf: Shelf;
  #axis = 'conduct';

  constructor(person: string, shelf: Shelf = localStorage) {
    this.#person = person;
    this.#shelf = shelf;
  }

  /** Whether it differs from the preset: something shown or hidden, faded, or moved. */
  readonly changed: boolean = $derived.by(() => {
    const preset = presetOf(this.phase, this.profile);
    return GROUPS.some(({ id }) => preset[id] !== this.visibility[id]) || Object.keys(this.opacity).length > 0 || this.order !== DEFAULT_ORDER;
  });

  /** Enters an axis: as this person left it, else its preset for their role. */
  enter(axis: string, role: string | undefined): void {
    this.#axis = axis;
    const kept = this.#read();
    if (kept) this.#wear(kept);
    else this.#take(PHASE_OF_AXIS[axis] ?? 'impact', profileOf(role));
  }

  /** Takes a preset whole. */
  choose(phase: Phase, profile: Profile): void {
    this.#take(phase, profile);
    this.#keep();
  }

  /** Back to the preset of the axis for that role, and nothing kept any more. */
  reset(role: string | undefined): void {
    this.#shelf.removeItem(this.#key);
    this.#take(PHASE_OF_AXIS[this.#axis] ?? 'impact', profileOf(role));
  }

  /** Back to the preset that was changed. */
  restore(): void {
    this.choose(this.phase, this.profile);
  }

  show(group: GroupId, shown: boolean): void {
    this.visibility = { ...this.visibility, [group]: shown };
    this.#keep();
  }

  fade(group: GroupId, share: number): void {
    const { [group]: _before, ...others } = this.opacity;
    this.opacity = share >= 1 ? others : { ...others, [group]: Math.max(LEAST_OPACITY, share) };
    this.#keep();
  }

  /** Moves a group one step up or down among those of its family that are offered. */
  move(group: GroupId, step: 1 | -1, offered: readonly GroupId[]): void {
    this.order = moved(this.order, group, step, offered);
    this.#keep();
  }

  /** Shows what a shared address asks for, without forgetting what this person keeps. */
  borrow(shown: readonly string[] | null, opacity: Opacity, order: Order): void {
    if (shown) this.visibility = Object.fromEntries(GROUPS.map(({ id }) => [id, shown.includes(id)])) as Visibility;
    this.opacity = opacity;
    this.order = order;
  }

  #take(phase: Phase, profile: Profile): void {
    this.phase = phase;
    this.profile = profile;
    this.visibility = presetOf(phase, profile);
    this.opacity = {};
    this.order = DEFAULT_ORDER;
  }

  #wear({ phase, profile, shown, opacity, order }: Kept): void {
    this.phase = phase;
    this.profile = profile;
    this.borrow(shown, opacity, order);
  }

  get #key(): string {
    return `garance.layers.${this.#person}.${this.#axis}`;
  }

  #keep(): void {
    const { phase, profile, visibility, opacity, order } = this;
    const kept: Kept = { phase, profile, shown: GROUPS.filter(({ id }) => visibility[id]).map(({ id }) => id), opacity, order };
    try {
      this.#shelf.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // A full or forbidden shelf: the choice holds until the page closes.
    }
  }

  #read(): Kept | null {
    try {
      const kept = JSON.parse(this.#shelf.getItem(this.#key) ?? 'null') as Kept | null;
      if (!kept || !PHASES.includes(kept.phase) || !PROFILES.includes(kept.profile)) return null;
      return { ...kept, order: wholeOrder(kept.order) };
    } catch {
      return null;
    }
  }
}
