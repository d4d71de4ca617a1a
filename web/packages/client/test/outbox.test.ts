/** One suite, run on every keeper of parcels. */
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseKeeper, MemoryKeeper, Outbox, Refusal, Unreachable, type Command, type CommandAnswer, type Keeper, type Parcel, type Tabs } from '../src/index.ts';

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

  test(`${name}: what comes from a line leaves after it, naming its fact; refused, the line takes it back`, async () => {
    let cut = true;
    const sent: [string, string[] | undefined][] = [];
    const send = async (_name: string, { id, answers }: Command): Promise<CommandAnswer> => {
      if (cut) throw new Unreachable();
      if (id === 'bad') throw new Refusal('link-unknown', 422);
      sent.push([id, answers]);
      return { ...answer, facts: [`fact of ${id}`] };
    };
    const keeper = await open();
    const outbox = new Outbox(keeper, 'p', send, () => undefined);
    const following = (id: string) => ({ name: 'taskings.describe-mission', command: command(id) });
    assert.deepEqual(await outbox.post('logbook.write', command('line'), 1, [following('count'), following('mission')]), { waiting: true });
    assert.deepEqual((await outbox.parcels()).map(({ after }) => after), [undefined, 'line', 'line']);
    cut = false;
    await new Outbox(keeper, 'p', send, () => undefined).flush();
    assert.deepEqual(sent, [['line', undefined], ['count', ['fact of line']], ['mission', ['fact of line']]]);
    const refused = await outbox.post('logbook.write', command('bad'), 9, [following('lost')]);
    assert.ok('refused' in refused);
    assert.deepEqual((await outbox.parcels()).map(({ command: { id } }) => id), ['bad']);
    assert.equal(sent.length, 3);
  });

  test(`${name}: an overloaded server or an ended session makes it wait`, async () => {
    for (const status of [429, 401, 503]) {
      const outbox = new Outbox(await open(), 'p', async () => Promise.reject(new Refusal('any', status)), () => undefined);
      assert.deepEqual(await outbox.post('logbook.write', command('a'), 1), { waiting: true });
    }
    const stranger = new Outbox(await open(), 'p', async () => Promise.reject(new Refusal('csrf-wrong', 403)), () => undefined);
    assert.deepEqual(await stranger.post('logbook.write', command('a'), 1), { waiting: true }, 'the session is somebody else\'s: nothing is sent, nothing is lost');
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

/** Pages of one browser: one lock for all of them, and each hears the others. */
function browser(): () => Tabs {
  const ears = new Map<object, () => void>();
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const self = {};
    return {
      alone: (task) => {
        const done = last.then(task);
        last = done.catch(() => undefined);
        return done;
      },
      tell: () => ears.forEach((task, page) => page !== self && task()),
      hear: (task) => {
        ears.set(self, task);
        return () => ears.delete(self);
      },
    };
  };
}

test('two pages send each thing once, in the order of writing, and both see it leave', async () => {
  const keeper = await DatabaseKeeper.open(`outbox-${(databases += 1)}`);
  const page = browser();
  let cut = true;
  const sent: string[] = [];
  const slow = async (_name: string, { id }: Command): Promise<CommandAnswer> => {
    if (cut) throw new Unreachable();
    await new Promise((resolve) => setTimeout(resolve, 1));
    sent.push(id);
    return answer;
  };
  const seen: string[][] = [[], []];
  const outboxes = [0, 1].map((at) => new Outbox(keeper, 'p', slow, (parcels) => (seen[at] = parcels.map(({ command: { id } }) => id)), page()));
  await outboxes[0]!.post('logbook.write', command('a'), 1);
  await outboxes[1]!.post('logbook.write', command('b'), 2);
  await outboxes[0]!.post('logbook.write', command('c'), 3);
  assert.deepEqual(await outboxes[1]!.parcels().then((all) => all.map(({ command: { id } }) => id)), ['a', 'b', 'c']);
  cut = false;
  const last = outboxes[1]!.post('logbook.write', command('d'), 4);
  await Promise.all([outboxes[0]!.flush(), outboxes[1]!.flush(), last]);
  assert.deepEqual(sent, ['a', 'b', 'c', 'd']);
  assert.ok('sent' in (await last));
  await outboxes[0]!.parcels();
  assert.deepEqual(seen, [[], []]);
});

test('what another page sent, or had refused, is told to the page that wrote it', async () => {
  for (const [status, told] of [[0, 'sent'], [422, 'refused']] as const) {
    const keeper = await DatabaseKeeper.open(`outbox-${(databases += 1)}`);
    const page = browser();
    const send = async (): Promise<CommandAnswer> => {
      if (status) throw new Refusal('already-struck', status);
      return answer;
    };
    const other = new Outbox(keeper, 'p', send, () => undefined, page());
    const late = page();
    const writer = new Outbox(keeper, 'p', async () => assert.fail('it was sent already'), () => undefined, {
      ...late, alone: async (task) => { await other.flush(); return late.alone(task); },
    });
    assert.ok(told in (await writer.post('logbook.strike', command('a'), 1)));
  }
});

test('a server that does not answer does not hold whoever writes', async () => {
  let answers: (given: CommandAnswer) => void = () => undefined;
  const silent = (): Promise<CommandAnswer> => new Promise((resolve) => (answers = resolve));
  const outbox = new Outbox(new MemoryKeeper(), 'p', silent, () => undefined, undefined, 1);
  assert.deepEqual(await outbox.post('logbook.write', command('a'), 1), { waiting: true });
  assert.deepEqual((await outbox.parcels()).map(({ state }) => state), ['waiting']);
  answers(answer);
  await outbox.flush();
  assert.deepEqual(await outbox.parcels(), []);
});
