import * as core from '@rxmqtt/core';
import { type OperatorFunction, Subject, map, of, pipe } from 'rxjs';
import { number } from './codecs/number.js';
import { decode } from './decoding/decode.js';
import * as rx from './index.js';
import { createTestMessage } from './testing/index.js';
import { type Sample, operatorCases, sample } from '../test/operators/operator-cases.js';
import { watch } from '../test/operators/marbles.js';
import { connected } from '../test/operators/scripted.js';

const message = (i: number): Sample => sample(`a/${i}`, String(i));
const asMessage = map(({ topic, payload, retain }: Sample) =>
  createTestMessage('a/{x}', topic, { payload, retain, qos: 1 }),
);
const mistake = new Error('mine');
const fail = (): never => {
  throw mistake;
};
const failOtherwise = (): never => {
  throw new Error('another one');
};

/** Operators, and how many messages `take(3)` asks a synchronous source for. Those of `observing` have the cases in their own specs. */
const OPERATORS: Record<string, readonly [create: () => OperatorFunction<Sample, unknown>, pulls?: number]> = {
  bufferOverflow: [() => rx.bufferOverflow({ capacity: 10, overflow: 'error' }, (value: Sample) => of(value))],
  bufferWhileOffline: [() => rx.bufferWhileOffline(connected().mqtt)],
  decode: [() => pipe(asMessage, decode(number()))],
  dedupe: [() => rx.dedupe({ key: ({ topic }: Sample) => topic })],
  'dedupe, of what is acknowledged': [() => pipe(asMessage, rx.dedupe({ key: ({ topic }) => topic }))],
  forwardTo: [
    () =>
      pipe(
        asMessage,
        rx.forwardTo(connected().mqtt, ({ topic, payload }) => ({ topic, payload, qos: 0 as const })),
      ),
  ],
  processEach: [
    () =>
      pipe(
        asMessage,
        rx.processEach(({ value }) => value),
      ),
  ],
  'processEach, of Observables': [
    () =>
      pipe(
        asMessage,
        rx.processEach(({ value }) => of(value), { ordered: 'byTopic' }),
      ),
  ],
  publishTo: [() => rx.publishTo(connected().mqtt)],
  sequenceGaps: [
    () => rx.sequenceGaps({ sequence: ({ payload }: Sample) => payload.length, key: ({ topic }) => topic }),
  ],
  whileConnected: [() => rx.whileConnected(connected().mqtt)],
  retryBackoff: [() => rx.retryBackoff({ shouldRetry: () => false })],
};

/** Their own specs have the general cases. */
const ELSEWHERE = [
  'groupByTopic',
  'ignoreRetained',
  'latestByTopic',
  'matchTopic',
  'onlyRetained',
  'routeTopics',
  'sampleByTopic',
  'staleAfter',
  // Completes with the connection only, not with an empty source.
  'repeatOnReconnect',
];

/** Functions that take no stream. */
const OTHERS = [
  ...['byContentType', 'bytes', 'json', 'number', 'text', 'validated'],
  ...['clearRetained', 'connect', 'deadLetter', 'fromTopic', 'onReconnect', 'presence', 'presenceWill', 'presences'],
  ...['publishAll', 'request', 'requestMany', 'respond', 'sampleStats', 'sink', 'toAsyncIterable', 'toWebStream'],
  ...Object.keys(core),
];

it('knows every function that is exported', () => {
  const functions = Object.entries(rx).filter(([name, each]) => typeof each === 'function' && /^[a-z]/.test(name));
  const known = new Set([...Object.keys(OPERATORS), ...ELSEWHERE, ...OTHERS]);
  expect(functions.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
});

describe.each(Object.entries(OPERATORS))('%s', (_name, [create, pulls = 3]) => {
  operatorCases({ create, message, pulls });
});

/** Where a callback can throw, and messages that make it be called. */
const THROWING: Record<string, readonly [create: () => OperatorFunction<Sample, unknown>, count?: number]> = {
  'bufferOverflow, project': [() => rx.bufferOverflow({ capacity: 1, overflow: 'error' }, fail)],
  'bufferOverflow, priority': [
    () => rx.bufferOverflow({ capacity: 1, overflow: 'error', priority: fail }, () => new Subject()),
    2,
  ],
  'bufferOverflow, onDrop': [
    () => rx.bufferOverflow({ capacity: 1, overflow: 'dropOldest', onDrop: fail }, () => new Subject()),
    3,
  ],
  'dedupe, key': [() => rx.dedupe({ key: fail })],
  'dedupe, onDuplicate': [() => rx.dedupe({ key: () => 1, onDuplicate: fail }), 2],
  'forwardTo, project': [() => pipe(asMessage, rx.forwardTo(connected().mqtt, fail, { onError: 'error' }))],
  'processEach, handler': [() => pipe(asMessage, rx.processEach(fail, { onError: 'error' }))],
  'processEach, onError': [() => pipe(asMessage, rx.processEach(failOtherwise, { onError: fail }))],
  'processEach, shouldRetry': [() => pipe(asMessage, rx.processEach(failOtherwise, { retry: { shouldRetry: fail } }))],
  'processEach, random': [() => pipe(asMessage, rx.processEach(failOtherwise, { retry: { random: fail } }))],
  'processEach, topic of the dead letter': [
    () =>
      pipe(
        asMessage,
        rx.processEach(failOtherwise, {
          onError: 'deadLetter',
          deadLetter: rx.deadLetter(() => fail()),
          mqtt: connected().mqtt,
        }),
      ),
  ],
  'publishTo, onError': [
    () =>
      pipe(
        map(() => ({ payload: '' })),
        rx.publishTo(connected().mqtt, { onError: fail }),
      ),
  ],
  'sequenceGaps, sequence': [() => rx.sequenceGaps({ sequence: fail })],
  'sequenceGaps, key': [() => rx.sequenceGaps({ sequence: () => 1, key: fail })],
  'groupByTopic, key': [() => rx.groupByTopic(fail)],
  'latestByTopic, remove': [() => rx.latestByTopic({ remove: fail })],
  'routeTopics, handler': [() => rx.routeTopics({ '#': fail })],
  'routeTopics, fallback': [() => rx.routeTopics({}, fail)],
  'retryBackoff, shouldRetry': [() => pipe(map(failOtherwise), rx.retryBackoff({ shouldRetry: fail }))],
  'retryBackoff, random': [() => pipe(map(failOtherwise), rx.retryBackoff({ random: fail }))],
  'decode, codec': [() => pipe(asMessage, decode({ name: 'none', decode: fail, encode: fail }, { onError: 'error' }))],
};

it.each(Object.entries(THROWING))(
  '%s: what it throws errors the result, and the source is left',
  (name, [create, count = 1]) => {
    const source$ = new Subject<Sample>();
    const seen = watch(source$.pipe(create()));
    for (let i = 0; i < count; i++) source$.next(message(i));
    if (name.startsWith('decode')) expect(seen.error).toMatchObject({ cause: mistake });
    else expect(seen.error).toBe(mistake);
    expect(source$.observed).toBe(false);
  },
);
