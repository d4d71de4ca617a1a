/** One suite, run on every keeper of parcels. */
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseKeeper, MemoryKeeper, Outbox, Refusal, Unreachable, type Command, type CommandAnswer, type Keeper, type Parcel } from '../src/index.ts';

const command = (id: string, text = id): Command => ({ id, situation: 's', role: 'g', occurred_at: '2010-02-28T03:00:00Z', body: { text } });
const answer: CommandAnswer = { facts: ['f'], cursor: 'c', repeated: false };

let databases = 0;
const KEEPERS: [string, () => Promise<Keeper>][] = [
  ['memory', async () => new MemoryKeeper()],
  ['database', () => DatabaseKeeper.open(`outbox-${(databases += 1)}`)],
];

for (const [name, open] of KEEPERS) {
  test(`${name}: what is sent leaves the outbox`, async () => {
    const sent: string[] = [];
    const outbox = new Outbox(await open(), 'p', async (_name, { id }) => (sent.push(id), answer), () => undefined);
    assert.deepEqual(await outbox.post('logbook.write', command('a'), 1), { sent: answer });
    assert.deepEqual(sent, ['a']);
    assert.deepEqual(await outbox.parcels(), []);
  });

  test(`${name}: without a link it waits, and leaves in order with its original time`, async () => {
    let cut = true;
    const sent: Command[] = [];
    const heard: Parcel[][] = [];
    const send = async (_name: string, given: Command): Promise<CommandAnswer> => {
      if (cut) throw new Unreachable();
      sent.push(given);
      return answer;
    };
    const outbox = new Outbox(await open(), 'p', send, (parcels) => heard.push(parcels));
    assert.deepEqual(await outbox.post('logbook.write', command('b'), 5), { waiting: true });
    assert.deepEqual(await outbox.post('logbook.write', command('a'), 5), { waiting: true });
    assert.deepEqual(heard.at(-1)!.map((parcel) => parcel.command.id), ['b', 'a']);
    cut = false;
    await outbox.flush();
    assert.deepEqual(sent.map(({ id, occurred_at }) => [id, occurred_at]), [['b', '2010-02-28T03:00:00Z'], ['a', '2010-02-28T03:00:00Z']]);
    assert.deepEqual(heard.at(-1), []);
  });

  test(`${name}: a refusal stays until it is read, and does not hold the others`, async () => {
    const send = async (_name: string, { id }: Command): Promise<CommandAnswer> => {
      if (id === 'bad') throw new Refusal('already-struck', 422);
      return answer;
    };
    const outbox = new Outbox(await open(), 'p', send, () => undefined);
    const outcome = await outbox.post('logbook.strike', command('bad'), 1);
    assert.ok('refused' in outcome && outcome.refused.code === 'already-struck');
    assert.deepEqual(await outbox.post('logbook.write', command('good'), 2), { sent: answer });
    assert.deepEqual((await outbox.parcels()).map(({ state, refusal }) => [state, refusal?.code]), [['refused', 'already-struck']]);
    await outbox.discard('bad');
    assert.deepEqual(await outbox.parcels(), []);
  });

  test(`${name}: an overloaded server or an ended session makes it wait`, async () => {
    for (const status of [429, 401, 503]) {
      const outbox = new Outbox(await open(), 'p', async () => Promise.reject(new Refusal('any', status)), () => undefined);
      assert.deepEqual(await outbox.post('logbook.write', command('a'), 1), { waiting: true });
    }
  });

  test(`${name}: nobody sends in another's name`, async () => {
    const keeper = await open();
    await new Outbox(keeper, 'first', async () => Promise.reject(new Unreachable()), () => undefined).post('logbook.write', command('a'), 1);
    const sent: string[] = [];
    const second = new Outbox(keeper, 'second', async (_name, { id }) => (sent.push(id), answer), () => undefined);
    await second.flush();
    assert.deepEqual([sent, await second.parcels()], [[], []]);
  });
}
