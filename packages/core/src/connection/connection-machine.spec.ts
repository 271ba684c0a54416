import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { NetworkError } from '../errors/connection-errors.js';
import { type ConnectionInput, transition } from './connection-machine.js';
import type { ConnectionState } from './connection-state.js';
import type { Negotiated } from './negotiated.js';

const cause = new NetworkError('mqtt://test.invalid:1883', 'gone');
const other = new NetworkError('mqtt://test.invalid:1883', 'gone again');
const agreed: Negotiated = {
  protocolVersion: 5,
  clientId: 'me',
  sessionPresent: false,
  keepalive: 60,
  sessionExpiry: 300,
  receiveMaximum: 65_535,
  maximumPacketSize: 268_435_460,
  maximumQoS: 2,
  retainAvailable: true,
  wildcardSubscriptionAvailable: true,
  subscriptionIdentifiersAvailable: true,
  sharedSubscriptionAvailable: true,
  responseInformation: undefined,
  reasonString: undefined,
  userProperties: [],
};
const agreedAnew: Negotiated = { ...agreed, sessionPresent: true };

const STATES = {
  idle: { type: 'idle' },
  connecting: { type: 'connecting', attempt: 3 },
  connected: { type: 'connected', negotiated: agreed },
  reconnecting: { type: 'reconnecting', attempt: 4, delay: 100, cause, by: 'network' },
  'draining, connected': { type: 'draining', negotiated: agreed },
  'draining, not connected': { type: 'draining', negotiated: undefined },
  closed: { type: 'closed' },
  failed: { type: 'failed', cause, by: 'server' },
} as const satisfies Record<string, ConnectionState>;

const INPUTS = {
  open: { type: 'open' },
  accepted: { type: 'accepted', negotiated: agreedAnew },
  'lost, to be retried': { type: 'lost', cause: other, by: 'keepalive', retry: { attempt: 5, delay: 250 } },
  'lost for good': { type: 'lost', cause: other, by: 'server', retry: undefined },
  due: { type: 'due', attempt: 5 },
  drain: { type: 'drain' },
  close: { type: 'close' },
} as const satisfies Record<string, ConnectionInput>;

/** Next state, then what must be done; `–` where nothing happens. */
const MATRIX = `
| state                   | open               | accepted  | lost, to be retried   | lost for good | due                | drain         | close              |
| idle                    | connecting attempt | –         | –                     | –             | –                  | closed finish | closed finish      |
| connecting              | –                  | connected resume | reconnecting schedule | failed finish | –                  | draining      | closed stop finish |
| connected               | –                  | –         | reconnecting schedule | failed finish | –                  | draining      | closed stop finish |
| reconnecting            | –                  | –         | –                     | –             | connecting attempt | draining      | closed stop finish |
| draining, connected     | –                  | draining resume | draining schedule     | failed finish | draining attempt   | –             | closed stop finish |
| draining, not connected | –                  | draining resume | draining schedule     | failed finish | draining attempt   | –             | closed stop finish |
| closed                  | –                  | –         | –                     | –             | –                  | –             | –                  |
| failed                  | –                  | –         | –                     | –             | –                  | –             | –                  |
`;

const [header = [], ...rows] = MATRIX.trim()
  .split('\n')
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((text) => text.trim()),
  );

const names = Object.keys(STATES) as (keyof typeof STATES)[];
const columns = Object.keys(INPUTS) as (keyof typeof INPUTS)[];

function cell(state: ConnectionState, input: ConnectionInput, withEffects: boolean): string {
  const next = transition(state, input);
  if (next.state === state && next.effects.length === 0) return '–';
  return [next.state.type, ...(withEffects ? next.effects : [])].join(' ');
}

/** The table as people read it: states by type, rows that are alike together. */
function markdown(): string[] {
  const alike = new Map<string, Set<string>>();
  for (const name of names) {
    const cells = columns.map((column) => cell(STATES[name], INPUTS[column], false)).join(' | ');
    alike.set(cells, (alike.get(cells) ?? new Set()).add(STATES[name].type));
  }
  return [
    `| state | ${columns.join(' | ')} |`,
    `|${'---|'.repeat(columns.length + 1)}`,
    ...[...alike].map(([cells, types]) => `| ${[...types].join(', ')} | ${cells} |`),
  ];
}

const states = fc.constantFrom<ConnectionState>(...Object.values(STATES));
const inputs = fc.constantFrom<ConnectionInput>(...Object.values(INPUTS));

describe('transition', () => {
  it('has a row for every state and a column for every input in this table', () => {
    expect(rows.map(([name]) => name)).toEqual(names);
    expect(header.slice(1)).toEqual(columns);
  });

  it.each(rows)(
    'takes %s on: open → %s, accepted → %s, lost → %s or %s, due → %s, drain → %s, close → %s',
    (name, ...cells) => {
      const state = STATES[name as keyof typeof STATES];
      expect(columns.map((column) => cell(state, INPUTS[column], true))).toEqual(cells);
    },
  );

  it('is what docs/architecture.md says', () => {
    const page = readFileSync(join(__dirname, '../../../../docs/architecture.md'), 'utf8').split('\n');
    const table = markdown();
    const start = page.findIndex((line) => line.startsWith('| state | open |'));
    expect(page.slice(start, start + table.length)).toEqual(table);
  });

  it('changes nothing it was given', () => {
    const before = JSON.stringify([STATES, INPUTS]);
    for (const state of Object.values(STATES))
      for (const input of Object.values(INPUTS)) transition(Object.freeze(state), Object.freeze(input));
    expect(JSON.stringify([STATES, INPUTS])).toBe(before);
  });

  it('gives the same object back when nothing changes, so that nobody is told', () => {
    for (const state of Object.values(STATES)) {
      for (const input of Object.values(INPUTS)) {
        const next = transition(state, input);
        if (next.effects.length === 0 && next.state.type === state.type && state.type !== 'draining')
          expect(next.state).toBe(state);
      }
    }
  });
});

describe('what a state carries', () => {
  it('is the first attempt after open', () => {
    expect(transition(STATES.idle, INPUTS.open).state).toEqual({ type: 'connecting', attempt: 1 });
  });

  it('is what was agreed on, once accepted', () => {
    expect(transition(STATES.connecting, INPUTS.accepted).state).toEqual({ type: 'connected', negotiated: agreedAnew });
    expect(transition(STATES['draining, not connected'], INPUTS.accepted).state).toEqual({
      type: 'draining',
      negotiated: agreedAnew,
    });
  });

  it.each(['connecting', 'connected'] as const)(
    'is cause, culprit, attempt and delay, after a loss while %s',
    (name) => {
      expect(transition(STATES[name], INPUTS['lost, to be retried']).state).toEqual({
        type: 'reconnecting',
        attempt: 5,
        delay: 250,
        cause: other,
        by: 'keepalive',
      });
    },
  );

  it.each(['connecting', 'connected', 'draining, connected', 'draining, not connected'] as const)(
    'is cause and culprit, when %s was lost for good',
    (name) => {
      expect(transition(STATES[name], INPUTS['lost for good']).state).toEqual({
        type: 'failed',
        cause: other,
        by: 'server',
      });
    },
  );

  it('is the number of the attempt that is due', () => {
    expect(transition(STATES.reconnecting, INPUTS.due).state).toEqual({ type: 'connecting', attempt: 5 });
  });

  it.each([
    ['connected', agreed],
    ['connecting', undefined],
    ['reconnecting', undefined],
  ] as const)('is the agreement, if there is one, when draining begins while %s', (name, negotiated) => {
    expect(transition(STATES[name], INPUTS.drain).state).toEqual({ type: 'draining', negotiated });
  });

  it('is no agreement, while a lost connection drains', () => {
    expect(transition(STATES['draining, connected'], INPUTS['lost, to be retried']).state).toEqual({
      type: 'draining',
      negotiated: undefined,
    });
  });
});

describe('any life', () => {
  it('ends at most once, and then nothing happens any more', () => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 40 }), (life) => {
        let state: ConnectionState = STATES.idle;
        let finished = 0;
        for (const input of life) {
          const over = state.type === 'closed' || state.type === 'failed';
          const next = transition(state, input);
          if (over) expect(next).toEqual({ state, effects: [] });
          finished += next.effects.filter((effect) => effect === 'finish').length;
          state = next.state;
          expect(finished).toBe(state.type === 'closed' || state.type === 'failed' ? 1 : 0);
        }
      }),
    );
  });

  it('is over after close, whatever came before', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(['closed', 'failed']).toContain(transition(state, INPUTS.close).state.type);
      }),
    );
  });

  it('starts an attempt or waits for one whenever it is under way without a connection', () => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 40 }), (life) => {
        let state: ConnectionState = STATES.idle;
        /** What the effects have set going. */
        let running: 'attempt' | 'schedule' | 'resume' | undefined;
        for (const input of life) {
          // The surroundings only say what can happen to them.
          if (input.type === 'accepted' && running !== 'attempt') continue;
          if (input.type === 'lost' && running !== 'attempt' && running !== 'resume') continue;
          if (input.type === 'due' && running !== 'schedule') continue;
          const next = transition(state, input);
          state = next.state;
          for (const effect of next.effects) running = effect === 'stop' || effect === 'finish' ? undefined : effect;
          const expected = {
            idle: [undefined],
            connecting: ['attempt'],
            connected: ['resume'],
            reconnecting: ['schedule'],
            draining: ['attempt', 'schedule', 'resume'],
            closed: [undefined],
            failed: [undefined],
          }[state.type];
          expect(expected).toContain(running);
        }
      }),
    );
  });
});

describe('a policy that takes its time', () => {
  const undecided = {
    type: 'lost',
    cause,
    by: 'network',
    retry: { attempt: 2, delay: 100, waitingFor: 'policy' },
  } as const;
  const waiting = transition(STATES.connected, undecided).state;

  it('is waited for', () => {
    expect(waiting).toEqual({
      type: 'reconnecting',
      attempt: 2,
      delay: 100,
      waitingFor: 'policy',
      cause,
      by: 'network',
    });
  });

  it('decides for another attempt, or for the end', () => {
    const again = transition(waiting, { type: 'decided', cause, by: 'network', retry: { attempt: 2, delay: 7 } });
    expect(again).toEqual({
      state: { type: 'reconnecting', attempt: 2, delay: 7, cause, by: 'network' },
      effects: ['schedule'],
    });
    const end = transition(waiting, { type: 'decided', cause, by: 'network', retry: undefined });
    expect(end).toEqual({ state: { type: 'failed', cause, by: 'network' }, effects: ['finish'] });
  });

  it('decides while draining, too', () => {
    const draining = STATES['draining, not connected'];
    expect(
      transition(draining, { type: 'decided', cause, by: 'network', retry: { attempt: 2, delay: 7 } }).effects,
    ).toEqual(['schedule']);
    expect(transition(draining, { type: 'decided', cause, by: 'network', retry: undefined }).state.type).toBe('failed');
  });

  it.each(['idle', 'connecting', 'connected', 'closed', 'failed'] as const)(
    'has nothing to say when it is %s',
    (name) => {
      expect(transition(STATES[name], { type: 'decided', cause, by: 'network', retry: undefined })).toEqual({
        state: STATES[name],
        effects: [],
      });
      expect(transition(STATES[name], { type: 'paused', waitingFor: 'offline' })).toEqual({
        state: STATES[name],
        effects: [],
      });
    },
  );

  it('and a pause show in the state', () => {
    expect(transition(STATES.reconnecting, { type: 'paused', waitingFor: 'offline' }).state).toEqual({
      ...STATES.reconnecting,
      waitingFor: 'offline',
    });
    expect(transition(STATES['draining, not connected'], { type: 'paused', waitingFor: 'offline' }).effects).toEqual(
      [],
    );
  });
});
