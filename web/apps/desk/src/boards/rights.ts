/** Whether a person may write on the boards now: their rights, in the present, in a situation that is open. */
import type { Desk } from '../state/desk.svelte.ts';

export const mayFollow = (desk: Desk): boolean => desk.can('operation.follow') && desk.conductor.live && desk.current?.status !== 'closed';
