import { GlassStore, settled } from '../../test/support/glass-store.js';
import { VirtualClock } from '../testing/index.js';
import { Journal } from './journal.js';
import type { StoreOperation } from './session-store.js';

const put = (key: string): StoreOperation => ({ type: 'put', key, value: Uint8Array.of(1) });

function setUp(): {
  store: GlassStore;
  clock: VirtualClock;
  journal: Journal;
  log: string[];
  take: (name: string) => void;
} {
  const store = new GlassStore();
  const clock = new VirtualClock();
  const journal = new Journal(store, clock);
  const log: string[] = [];
  const take = (name: string): void => {
    journal.take([put(name)], (error) => log.push(error === undefined ? name : `${name}: ${error.message}`));
  };
  return { store, clock, journal, log, take };
}

describe('the journal', () => {
  it('writes the steps of a tick as one batch, and tells them in their order', () => {
    const { store, clock, log, take } = setUp();
    for (const name of ['a', 'b', 'c']) take(name);
    expect(store.batches).toHaveLength(0);
    clock.advance();
    expect(store.batches.map((batch) => batch.map(({ key }) => key))).toEqual([['a', 'b', 'c']]);
    expect(log).toEqual(['a', 'b', 'c']);
  });

  it('never writes two batches at once: what comes meanwhile is the next one', async () => {
    const { store, clock, log, take } = setUp();
    store.hold();
    take('a');
    clock.advance();
    for (const name of ['b', 'c']) take(name);
    clock.advance();
    await settled();
    expect(log).toEqual([]);
    store.release();
    await settled();
    clock.advance();
    expect(store.batches.map((batch) => batch.map(({ key }) => key))).toEqual([['a'], ['b', 'c']]);
    expect(log).toEqual(['a', 'b', 'c']);
  });

  it('fails only the step that the store refuses, not those that were to be written with it', async () => {
    const { store, clock, log, take } = setUp();
    store.refuse = (operations) => (operations.some(({ key }) => key === 'b') ? new Error('disk full') : undefined);
    for (const name of ['a', 'b', 'c']) take(name);
    clock.advance();
    await settled();
    expect(log).toEqual(['a', 'b: the session store could not write: disk full', 'c']);
    expect(store.keys).toEqual(['a', 'c']);
  });

  it('takes a store that throws for one that rejects', () => {
    const { store, clock, log, take } = setUp();
    store.write = () => {
      throw new Error('no such table');
    };
    take('a');
    clock.advance();
    expect(log).toEqual(['a: the session store could not write: no such table']);
  });

  it('tells when it is idle: at once, or after the last step', () => {
    const { clock, journal, log, take } = setUp();
    journal.whenIdle(() => log.push('idle'));
    take('a');
    journal.whenIdle(() => log.push('idle again'));
    expect(log).toEqual(['idle']);
    clock.advance();
    expect(log).toEqual(['idle', 'a', 'idle again']);
  });
});
