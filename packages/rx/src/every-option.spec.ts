import * as core from '@rxmqtt/core';
import { NEVER, of } from 'rxjs';
import { z } from 'zod';
import { type OptionCase, optionCases, problemsOf } from '../test/operators/option-cases.js';
import { idle } from '../test/operators/scripted.js';
import * as rx from './index.js';
import { toReadable } from './node/index.js';
import { createTestBroker, createTestMessage, runMqtt } from './testing/index.js';

/** Options that cannot be used, and the path of each that is told. */
type Bad = readonly [options: object, ...paths: readonly string[]];

const { mqtt, server } = idle();
const schema = z.object({ celsius: z.number() });
const message = (value: unknown): unknown => value;
const reading = rx.json();

/** A class that is the codec of what it makes. */
class Size {
  readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  static decode(payload: Uint8Array): Size {
    return new Size(payload.length);
  }

  static encode({ bytes }: Size): string {
    return String(bytes);
  }
}

/** What options that publish have in common. */
const BAD_MESSAGES: readonly Bad[] = [
  [{ qos: 3 }, 'qos'],
  [{ offline: 'wait' }, 'offline'],
  [{ properties: 7 }, 'properties'],
  [{ properties: { contentType: 7, contenttype: 'x' } }, 'properties.contentType', 'properties.contenttype'],
];
const BAD_MANY: readonly Bad[] = [
  ...BAD_MESSAGES,
  [{ retain: 1, timeout: -1 }, 'retain', 'timeout'],
  [{ topic: 'a/+' }, 'topic'],
  [{ topic: '' }, 'topic'],
  [{ codec: rx.json }, 'codec'],
  [{ codec: schema }, 'codec'],
  [{ window: 0 }, 'window'],
  [{ window: Infinity }, 'window'],
  [{ onError: 'throw' }, 'onError'],
];
const BAD_SINKS: readonly Bad[] = [
  ...BAD_MANY,
  [{ capacity: 0, maxBytes: 1.5 }, 'capacity', 'maxBytes'],
  [{ overflow: 'block' }, 'overflow'],
];
const BAD_REQUESTS: readonly Bad[] = [
  ...BAD_MESSAGES,
  [{ retain: true }, 'retain'],
  [{ overflow: 'pause' }, 'overflow'],
  [{ timeout: -1, linger: Infinity }, 'timeout', 'linger'],
  [{ signal: {} }, 'signal'],
  [{ signal: { aborted: false } }, 'signal'],
  [{ codec: 'json', replyCodec: rx.text }, 'codec', 'replyCodec'],
  [{ replyTo: '$SYS/a' }, 'replyTo'],
  [{ convention: 'xml' }, 'convention'],
];
const BAD_BUFFERS: readonly Bad[] = [
  [{ capacity: 0 }, 'capacity'],
  [{ overflow: 'pause' }, 'overflow'],
  [{ onDrop: true }, 'onDrop'],
];
const BAD_OBSERVERS: readonly Bad[] = [
  [{ qos: 3 }, 'qos'],
  [{ noLocal: 1, retainAsPublished: 'x' }, 'noLocal', 'retainAsPublished'],
  [{ retainHandling: 'never' }, 'retainHandling'],
  [{ retained: 'always' }, 'retained'],
  [{ retained: 'replay', retainHandling: 'send' }, 'retained'],
  [{ group: 'g', noLocal: true }, 'noLocal'],
  [{ ack: 'later' }, 'ack'],
  [{ linger: -1, timeout: 0, onTimeout: 'wait' }, 'linger', 'timeout', 'onTimeout'],
  [{ concurrency: 2 }, 'concurrency'],
  [{ codec: rx.json }, 'codec'],
  [{ codec: schema }, 'codec'],
  [{ codec: null }, 'codec'],
  [{ onDecodeError: 'pass', onDisconnect: 'retry' }, 'onDecodeError', 'onDisconnect'],
  [{ onDecodeError: rx.deadLetter }, 'onDecodeError'],
  [{ codec: 7, qos: 3, qoss: 1 }, 'qoss', 'codec', 'qos'],
];
const BAD_RETRIES: readonly Bad[] = [
  [{ initialDelay: -1 }, 'initialDelay'],
  [{ initialDelay: 100, maxDelay: 10 }, 'maxDelay'],
  [{ initialDelay: Symbol(), maxDelay: Symbol() }, 'initialDelay', 'maxDelay'],
  [{ factor: 0, jitter: 'some' }, 'factor', 'jitter'],
  [{ maxAttempts: 0, resetAfter: '1' }, 'maxAttempts', 'resetAfter'],
  [{ shouldRetry: true, random: 0.5 }, 'shouldRetry', 'random'],
];
const BAD_PROCESSES: readonly Bad[] = [
  [{ concurrency: 0 }, 'concurrency'],
  [{ ordered: 'some', onError: 'panic' }, 'ordered', 'onError'],
  [{ capacity: 1.5, overflow: 'pause' }, 'capacity', 'overflow'],
  [{ deadLetter: 'dead', mqtt }, 'deadLetter'],
  [{ deadLetter: null, mqtt }, 'deadLetter'],
  [{ onError: 'deadLetter' }, 'deadLetter'],
  [{ mqtt: mqtt.connection }, 'mqtt'],
  [{ retry: 3 }, 'retry'],
  [{ retry: { maxAttempt: 3 } }, 'retry.maxAttempt'],
  ...BAD_RETRIES.map(([retry, ...paths]): Bad => [{ retry }, ...paths.map((path) => `retry.${path}`)]),
];

const respond = (options: never): unknown => rx.respond(mqtt, 'a/{x}', () => '', options);
const BAD_RESPONDERS: readonly Bad[] = [
  [{ qos: 3, replyQos: '1' }, 'qos', 'replyQos'],
  [{ concurrency: 0 }, 'concurrency'],
  [{ codec: rx.json, replyCodec: 7 }, 'codec', 'replyCodec'],
  [{ allow: [] }, 'allow'],
  [{ allow: 7 }, 'allow'],
  [{ describeError: 'x' }, 'describeError'],
];
const UNTIL = { until: { count: 1 } };
const BAD_UNTIL: readonly Bad[] = [
  [{ until: {} }, 'until'],
  [{ until: undefined }, 'until'],
  [{ until: 3 }, 'until'],
  [
    { until: { count: 0, stall: 0, timer: Infinity, sentinel: 'end' } },
    'until.count',
    'until.stall',
    'until.timer',
    'until.sentinel',
  ],
  [{ until: { count: 1, cuont: 1 } }, 'until.cuont'],
  [{ ...UNTIL, onError: 'retry' }, 'onError'],
  ...BAD_REQUESTS.map(([options, ...paths]): Bad => [{ ...UNTIL, ...options }, ...paths]),
];

/** Everything that takes options: the functions, the methods of a client, and what is for tests. */
const TAKES_OPTIONS: Readonly<Record<string, OptionCase & { readonly bad: readonly Bad[] }>> = {
  bufferOverflow: {
    known: 'priority',
    required: { capacity: 1, overflow: 'error' },
    call: (options) => rx.bufferOverflow(options, () => NEVER),
    bad: [
      [{}, 'capacity', 'overflow'],
      [{ capacity: 0, overflow: 'pause', onDrop: true }, 'capacity', 'overflow', 'onDrop'],
      [
        { capacity: 1, overflow: 'error', order: 'random', priority: 1, concurrency: 0 },
        'order',
        'priority',
        'concurrency',
      ],
      [{ capacity: 1, overflow: 'error', mqtt: {} }, 'mqtt'],
    ],
  },
  bufferWhileOffline: {
    known: 'capacity',
    call: (options) => rx.bufferWhileOffline(mqtt, options),
    bad: [...BAD_BUFFERS, [{ mqtt }, 'mqtt']],
  },
  byContentType: {
    known: 'fallback',
    call: (options) => rx.byContentType({ 'text/plain': rx.text() }, options),
    bad: [[{ fallback: rx.text }, 'fallback']],
  },
  clearRetained: {
    known: 'quiet',
    call: (options) => rx.clearRetained(mqtt, 'a/#', options),
    bad: [
      [{ quiet: 0, timeout: Infinity }, 'quiet', 'timeout'],
      [{ window: 0, capacity: '1' }, 'window', 'capacity'],
    ],
  },
  deadLetter: {
    known: 'retain',
    call: (options) => rx.deadLetter('dead', options),
    bad: [[{ qos: 3, retain: 1, mqtt: 'mine' }, 'mqtt', 'qos', 'retain']],
  },
  decode: {
    known: 'onError',
    call: (options) => rx.decode(reading, options),
    bad: [
      [{ onError: 'ignore' }, 'onError'],
      [{ onError: { topic: 'dead' } }, 'onError'],
    ],
  },
  dedupe: {
    known: 'window',
    required: { key: message },
    call: (options) => rx.dedupe(options),
    bad: [
      [{}, 'key'],
      [{ key: 'id' }, 'key'],
      [{ key: message, window: 9 }, 'window'],
      [{ key: message, window: { count: 0, time: -1, tiem: 1 } }, 'window.tiem', 'window.count', 'window.time'],
      [{ key: message, onDuplicate: 'log' }, 'onDuplicate'],
    ],
  },
  forwardTo: {
    known: 'publish',
    call: (options) => rx.forwardTo(mqtt, () => undefined, options),
    bad: [
      ...BAD_PROCESSES,
      [{ publish: 7 }, 'publish'],
      [{ publish: { window: 3 } }, 'publish.window'],
      [{ publish: { topic: '#', codec: rx.json } }, 'publish.topic', 'publish.codec'],
      [{ publish: { overflow: 'pause' } }, 'publish.overflow'],
      ...BAD_MESSAGES.map(([publish, ...paths]): Bad => [{ publish }, ...paths.map((path) => `publish.${path}`)]),
    ],
  },
  fromTopic: { known: 'codec', call: (options) => rx.fromTopic(mqtt, 'a/{x}', options), bad: BAD_OBSERVERS },
  groupByTopic: {
    known: 'maxGroups',
    call: (options) => rx.groupByTopic(0, options),
    bad: [[{ maxGroups: 0, idle: 0 }, 'maxGroups', 'idle']],
  },
  latestByTopic: {
    known: 'maxTopics',
    call: (options) => rx.latestByTopic(options),
    bad: [[{ maxTopics: 0, every: '1', remove: true }, 'maxTopics', 'every', 'remove']],
  },
  presenceWill: {
    known: 'delay',
    required: { topic: 'a' },
    call: (options) => rx.presenceWill(options),
    bad: [
      [{}, 'topic'],
      [{ topic: 'a/+' }, 'topic'],
      [{ topic: 'a', online: 1, offline: true, qos: 3, delay: -1 }, 'online', 'offline', 'qos', 'delay'],
    ],
  },
  presences: {
    known: 'isOnline',
    call: (options) => rx.presences(mqtt, 'a/{x}', options),
    bad: [[{ qos: 3, online: true, isOnline: 'x', key: 'id' }, 'qos', 'online', 'isOnline', 'key']],
  },
  processEach: {
    known: 'concurrency',
    call: (options) => rx.processEach(message, options),
    bad: [...BAD_PROCESSES, [{ deadLetter: rx.deadLetter('dead') }, 'mqtt'], [{ deadLetter: null }, 'deadLetter']],
  },
  publishAll: {
    known: 'project',
    call: (options) => rx.publishAll(mqtt, [], options),
    bad: [...BAD_MANY, [{ project: 'a' }, 'project'], [{ overflow: 'error' }, 'overflow']],
  },
  publishTo: { known: 'overflow', call: (options) => rx.publishTo(mqtt, options), bad: BAD_SINKS },
  request: { known: 'timeout', call: (options) => rx.request(mqtt, 'a', '', options), bad: BAD_REQUESTS },
  requestMany: {
    known: 'until',
    required: UNTIL,
    call: (options) => rx.requestMany(mqtt, 'a', '', options),
    bad: BAD_UNTIL,
  },
  respond: { known: 'concurrency', call: respond, bad: BAD_RESPONDERS },
  retryBackoff: { known: 'maxDelay', call: (policy) => rx.retryBackoff(policy), bad: BAD_RETRIES },
  sampleByTopic: {
    known: 'maxTopics',
    call: (options) => rx.sampleByTopic(1, options),
    bad: [[{ maxTopics: 0 }, 'maxTopics']],
  },
  sampleStats: {
    known: 'interval',
    call: (options) => rx.sampleStats(mqtt, options),
    bad: [[{ interval: 0 }, 'interval']],
  },
  sequenceGaps: {
    known: 'modulus',
    required: { sequence: message },
    call: (options) => rx.sequenceGaps(options),
    bad: [
      [{}, 'sequence'],
      [{ sequence: message, key: 1, first: -1 }, 'key', 'first'],
      [{ sequence: message, modulus: 0, window: 0.5, maxKeys: null }, 'modulus', 'window', 'maxKeys'],
    ],
  },
  sink: { known: 'window', call: (options) => rx.sink(mqtt, options), bad: BAD_SINKS },
  staleAfter: {
    known: 'maxTopics',
    call: (options) => rx.staleAfter(1, options),
    bad: [[{ maxTopics: -1 }, 'maxTopics']],
  },
  toAsyncIterable: {
    known: 'capacity',
    call: (options) => rx.toAsyncIterable(NEVER, options),
    bad: [...BAD_BUFFERS, [{ mqtt: 1 }, 'mqtt']],
  },
  toWebStream: { known: 'capacity', call: (options) => rx.toWebStream(NEVER, options), bad: BAD_BUFFERS },
  'toReadable (of node)': {
    known: 'objectMode',
    call: (options) => toReadable(NEVER, options),
    bad: [...BAD_BUFFERS, [{ objectMode: 'no' }, 'objectMode']],
  },
  'mqtt.clearRetained': {
    known: 'quiet',
    call: (options) => mqtt.clearRetained('a', options),
    bad: [[{ quiet: 0 }, 'quiet']],
  },
  'mqtt.observe': { known: 'codec', call: (options) => mqtt.observe('a', options), bad: BAD_OBSERVERS },
  'mqtt.observe, of a stream of filters': {
    known: 'codec',
    call: (options) => mqtt.observe(of('a'), options),
    bad: BAD_OBSERVERS,
  },
  'mqtt.publish': {
    known: 'overflow',
    call: (options) => mqtt.publish('a', '', options),
    bad: [
      ...BAD_MESSAGES,
      [{ retain: 1, timeout: -1, overflow: 'pause' }, 'retain', 'timeout', 'overflow'],
      [{ signal: AbortSignal.abort() }, 'signal'],
    ],
  },
  'mqtt.publishAll': { known: 'topic', call: (options) => mqtt.publishAll([], options), bad: BAD_MANY },
  'mqtt.request': { known: 'linger', call: (options) => mqtt.request('a', '', options), bad: BAD_REQUESTS },
  'mqtt.requestMany': {
    known: 'onError',
    required: UNTIL,
    call: (options) => mqtt.requestMany('a', '', options),
    bad: BAD_UNTIL,
  },
  'mqtt.respond': {
    known: 'allow',
    call: (options) => mqtt.respond('a', () => '', options),
    bad: BAD_RESPONDERS,
  },
  'mqtt.sink': { known: 'capacity', call: (options) => mqtt.sink(options), bad: BAD_SINKS },
  'createTestBroker (for tests)': {
    known: 'horizon',
    call: (options) => createTestBroker(options),
    bad: [[{ horizon: -1 }, 'horizon']],
  },
  'createTestMessage (for tests)': {
    known: 'redelivered',
    call: (init) => createTestMessage('a', 'a', init),
    bad: [[{ payload: 7, qos: 3, retain: 1, dup: 'x' }, 'payload', 'qos', 'retain', 'dup']],
  },
};

/** Functions that take none, apart from those of the core, which the core checks. */
const TAKES_NONE = [
  ...['bytes', 'ignoreRetained', 'json', 'matchTopic', 'number', 'onReconnect', 'onlyRetained', 'presence'],
  ...['repeatOnReconnect', 'routeTopics', 'text', 'validated', 'whileConnected'],
  // The core checks what it takes.
  'connect',
  ...Object.keys(core),
];

it('knows every function that is exported', () => {
  const functions = Object.entries(rx).filter(([name, each]) => typeof each === 'function' && /^[a-z]/.test(name));
  const known = new Set([...Object.keys(TAKES_OPTIONS), ...TAKES_NONE]);
  expect(functions.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
});

describe.each(Object.entries(TAKES_OPTIONS))('%s', (_name, { bad, ...optionCase }) => {
  optionCases(optionCase);

  it.each(bad.map(([options, ...paths]) => [paths.join(' and '), options, paths] as const))(
    'refuses a wrong %s at once',
    (_paths, options, paths) => {
      const problems = problemsOf(() => optionCase.call(options as never));
      expect(problems.map(({ path }) => path).sort()).toEqual([...paths].sort());
      expect(problems.map(({ reason }) => reason).join()).not.toMatch(/undefined|\[object|NaN/);
    },
  );
});

const nobody = undefined as never;

/** What stands in front of options. */
const ARGUMENTS: readonly (readonly [path: string, name: string, call: () => unknown])[] = [
  ...Object.entries({
    bufferWhileOffline: () => rx.bufferWhileOffline(nobody),
    clearRetained: () => rx.clearRetained(nobody, 'a'),
    forwardTo: () => rx.forwardTo(nobody, () => undefined),
    fromTopic: () => rx.fromTopic(nobody, 'a'),
    onReconnect: () => rx.onReconnect(nobody),
    presence: () => rx.presence(nobody, rx.presenceWill({ topic: 'a' })),
    presences: () => rx.presences(nobody, 'a'),
    publishAll: () => rx.publishAll(nobody, []),
    publishTo: () => rx.publishTo(nobody),
    repeatOnReconnect: () => rx.repeatOnReconnect(nobody),
    request: () => rx.request(nobody, 'a', ''),
    requestMany: () => rx.requestMany(nobody, 'a', '', { until: { count: 1 } }),
    respond: () => rx.respond(nobody, 'a', () => ''),
    sampleStats: () => rx.sampleStats(nobody),
    sink: () => rx.sink(nobody),
    whileConnected: () => rx.whileConnected(nobody),
  }).map(([name, call]) => ['mqtt', name, call] as const),
  ['check', 'json', () => rx.json({} as never)],
  ['check', 'validated', () => rx.validated(rx.text(), 7 as never)],
  ['codec', 'decode', () => rx.decode(rx.json as never)],
  ['codec', 'validated', () => rx.validated(rx.number as never, Number)],
  ['codecs', 'byContentType', () => rx.byContentType(nobody)],
  ['codecs.text/plain', 'byContentType', () => rx.byContentType({ 'text/plain': rx.text as never })],
  ['by', 'groupByTopic', () => rx.groupByTopic(1.5)],
  ['fallback', 'routeTopics', () => rx.routeTopics({}, 'none' as never)],
  ['filter', 'clearRetained', () => rx.clearRetained(mqtt, '$share/g/a')],
  ['filter', 'observe', () => mqtt.observe(nobody)],
  ['filter', 'observe', () => mqtt.observe([])],
  ['a.qos', 'observe', () => mqtt.observe({ a: { qos: 3 as never } })],
  ['a.qoss', 'observe', () => mqtt.observe({ a: { qoss: 1 } as never })],
  ['handler', 'processEach', () => rx.processEach(nobody)],
  ['handler', 'respond', () => rx.respond(mqtt, 'a', nobody)],
  ['period', 'sampleByTopic', () => rx.sampleByTopic('1s' as never)],
  ['project', 'bufferOverflow', () => rx.bufferOverflow({ capacity: 1, overflow: 'error' }, nobody)],
  ['project', 'forwardTo', () => rx.forwardTo(mqtt, nobody)],
  ['routes', 'routeTopics', () => rx.routeTopics(nobody)],
  ['routes.a/+', 'routeTopics', () => rx.routeTopics({ 'a/+': 7 as never })],
  ['silence', 'staleAfter', () => rx.staleAfter(0)],
  ['source', 'publishAll', () => rx.publishAll(mqtt, nobody)],
  ['source', 'toAsyncIterable', () => rx.toAsyncIterable([1] as never)],
  ['source', 'toReadable', () => toReadable(nobody)],
  ['source', 'toWebStream', () => rx.toWebStream(nobody)],
  ['topic', 'deadLetter', () => rx.deadLetter(7 as never)],
  [
    'faultz',
    'runMqtt',
    () =>
      runMqtt(
        () => undefined,
        () => 7,
        { faultz: [] } as object,
      ),
  ],
];

it.each(ARGUMENTS)('a wrong %s of %s is refused at once', (path, _name, call) => {
  const problems = problemsOf(call);
  expect(problems.map((problem) => problem.path)).toEqual([path]);
  expect(problems[0]?.reason).toMatch(/^(must|is not an option|names)/);
});

it.each([
  ['a connection, where a client is wanted', () => rx.publishTo(mqtt.connection as never), /\{ connection \}/],
  ['a codec that was not made', () => rx.decode(rx.json as never), /call what makes it/],
  ['a schema for a codec', () => rx.decode(schema as never), /json\(schema\)/],
  ['an Observable to pull from', () => rx.publishAll(mqtt, of('x') as never), /publishTo/],
])('the usual slip is answered with what to do: %s', (_what, call, hint) => {
  expect(call).toThrow(hint);
});

it.each<readonly [string, () => unknown]>([
  ['observe', () => mqtt.observe('a/#/b')],
  ['observe', () => mqtt.observe(['a', 7 as never])],
  ['observe, its group', () => mqtt.observe('a', { group: 'g/h' })],
  ['clearRetained', () => rx.clearRetained(mqtt, nobody)],
  ['matchTopic', () => rx.matchTopic(nobody)],
  ['presences', () => rx.presences(mqtt, 'a/{x')],
  ['respond', () => rx.respond(mqtt, nobody, () => '')],
  ['respond, its group', () => rx.respond(mqtt, 'a', () => '', { group: '' })],
  ['respond, where replies may go', () => rx.respond(mqtt, 'a', () => '', { allow: ['a', '#/b'] })],
  ['routeTopics', () => rx.routeTopics({ 'a/#/b': message })],
])('a filter that is none is refused at once by %s', (_name, call) => {
  expect(call).toThrow(core.InvalidTopicError);
});

it('opens no connection for what is refused', () => {
  expect(server.wires).toHaveLength(0);
  expect(mqtt.connection.state.type).toBe('idle');
});

it('takes what is left out, and an explicit undefined for the same', () => {
  const all = (names: readonly string[]): never => Object.fromEntries(names.map((name) => [name, undefined])) as never;
  expect(() => [
    mqtt.observe('a', all(['qos', 'codec', 'onDecodeError', 'onDisconnect', 'group', 'linger', 'ack', 'retained'])),
    mqtt.publish('a', '', all(['qos', 'retain', 'properties', 'offline', 'overflow', 'timeout'])),
    mqtt.sink(all(['topic', 'codec', 'window', 'capacity', 'maxBytes', 'overflow', 'onError', 'qos'])),
    mqtt.request('a', '', all(['qos', 'timeout', 'signal', 'codec', 'replyCodec', 'replyTo', 'convention', 'linger'])),
    mqtt.respond('a', () => '', all(['qos', 'replyQos', 'group', 'concurrency', 'codec', 'replyCodec', 'allow'])),
    rx.processEach(message, all(['concurrency', 'ordered', 'onError', 'retry', 'deadLetter', 'capacity', 'mqtt'])),
    rx.forwardTo(mqtt, () => undefined, all(['publish', 'retry', 'mqtt', 'deadLetter'])),
    rx.latestByTopic(all(['maxTopics', 'every', 'remove'])),
  ]).not.toThrow();
});

it('takes codecs of others, and clients that are no more than a connection', () => {
  const codec = { name: 'mine', decode: Number, encode: String };
  const connection = { connection: mqtt.connection };
  expect(() => [
    mqtt.observe('a', { codec }),
    mqtt.observe('a', { codec: Size }),
    rx.publishTo(connection, { codec }),
    rx.onReconnect(connection),
    rx.whileConnected(connection),
    rx.bufferWhileOffline(connection),
    rx.forwardTo(connection, () => undefined, { mqtt: connection }),
  ]).not.toThrow();
});

it('takes a client for dead letters, wherever it is named', () => {
  const named = rx.deadLetter('dead', { mqtt });
  const other = rx.deadLetter('dead');
  expect(() => [
    rx.processEach(message, { deadLetter: named }),
    rx.processEach(message, { deadLetter: named, mqtt: undefined } as never),
    rx.forwardTo(mqtt, () => undefined, { deadLetter: other, mqtt: undefined } as never),
  ]).not.toThrow();
});

it('takes conditions that a class or a getter gives', () => {
  class One {
    readonly #count = 1;

    get count(): number {
      return this.#count;
    }
  }
  expect(() => mqtt.requestMany('a', '', { until: new One() })).not.toThrow();
});
