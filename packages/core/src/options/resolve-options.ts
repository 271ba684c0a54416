import { InvalidOptionsError } from '../errors/connection-errors.js';
import type { InboundOptions } from '../inbound/inbound.js';
import { LONGEST_DELAY } from '../internal/clock.js';
import { randomId } from '../internal/random.js';
import type { UserProperty } from '../message/publish-properties.js';
import type { OutboundOptions } from '../outbound/outbound-options.js';
import { OFFLINE_POLICIES, OVERFLOW_POLICIES } from '../outbound/publish-rules.js';
import type { Log } from '../observability/logger.js';
import type { Plugin } from '../plugins/plugin.js';
import type { PublishDefaults } from '../outbound/publish-defaults.js';
import type { SessionStore } from '../session/session-store.js';
import type { Authentication } from './authentication.js';
import { checkPublishDefaults } from './check-publish-defaults.js';
import { checkReach, type ResolvedReach } from './check-reach.js';
import type { ConnectionOptions, Credentials, CredentialsProvider, Will, WillProvider } from './connection-options.js';
import { FOREIGN_NAMES } from './foreign-names.js';
import { OptionChecker } from './option-checker.js';
import { type ResolvedReconnect, resolveReconnect } from './resolve-reconnect.js';
import { checkAuthentication } from './check-authentication.js';
import { checkIdentity } from './check-identity.js';
import { warnOfModernOptions } from './modern-options.js';
import { checkWill } from './check-will.js';
import type { ServerOption } from './server-options.js';
import { resolveObservers } from './resolve-observers.js';

/** The options of a connection, checked and all set. */
export interface ResolvedOptions extends ResolvedReach {
  readonly clientId: string;
  /** Whether `clientId` was made up here, so that nobody can come back to its session. */
  readonly generatedClientId: boolean;
  readonly protocolVersion: 'auto' | 5 | 4 | 3;
  /** Those of the options; those of its own URL a server has by itself. */
  readonly credentials: Credentials | CredentialsProvider | undefined;
  readonly authentication: Authentication | undefined;
  readonly clean: boolean | 'first' | undefined;
  readonly sessionExpiry: number;
  readonly store: SessionStore | undefined;
  /** `undefined` for never. */
  readonly reconnect: ResolvedReconnect | undefined;
  readonly keepalive: number;
  readonly connectTimeout: number;
  readonly maximumPacketSize: number;
  readonly will: Will | WillProvider | undefined;
  readonly userProperties: readonly UserProperty[];
  readonly outbound: OutboundOptions;
  /** `undefined` when there are none. */
  readonly publishDefaults: PublishDefaults | undefined;
  readonly inbound: InboundOptions;
  /** `undefined` when nobody reads. */
  readonly log: Log | undefined;
  readonly plugins: readonly Plugin[];
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': [
    'clientId',
    'protocolVersion',
    'credentials',
    'authentication',
    'session',
    'reconnect',
    'keepalive',
    'connectTimeout',
    'receiveMaximum',
    'maximumPacketSize',
    'will',
    'userProperties',
    'endpoints',
    'redirect',
    'tls',
    'webSocket',
    'proxy',
    'socket',
    'transport',
    'publish',
    'publishDefaults',
    'receive',
    'logger',
    'plugins',
  ],
  session: ['clean', 'expiry', 'store'],
  publish: ['window', 'capacity', 'maxBytes', 'overflow', 'maxAge', 'onSessionLost', 'offline'],
  receive: ['ackTimeout', 'graceTime', 'abandoned', 'maxBytes'],
};

const MAX_UINT16 = 0xffff;
const MAX_UINT32 = 0xffff_ffff;
const MAX_DELAY = LONGEST_DELAY;

/** Checks URL and options and fills in the defaults. Throws InvalidOptionsError with all problems at once. */
export function resolveOptions(server: ServerOption, options: ConnectionOptions): ResolvedOptions {
  const check = new OptionChecker();
  if (!check.object('', options)) throw new InvalidOptionsError(check.problems);
  const reach = checkReach(server, options, check);
  check.keys('', options, KEYS['']!, FOREIGN_NAMES);
  const part = <P extends object>(path: string, value: P | undefined): P | undefined => {
    if (value === undefined || !check.object(path, value)) return undefined;
    check.keys(path, value, KEYS[path]!);
    return value;
  };
  const session = part('session', options.session) ?? {};
  const publish = part('publish', options.publish) ?? {};
  const receive = part('receive', options.receive) ?? {};
  const { reconnect = {} } = options;
  const { clientId = `rxmqtt-${randomId(16)}`, userProperties = [] } = options;
  check.text('clientId', clientId);
  check.credentials('credentials', options.credentials);
  const { will } = options;
  if (will !== undefined && typeof will !== 'function' && check.object('will', will)) checkWill(will, check);
  const protocolVersion = check.oneOf('protocolVersion', options.protocolVersion, ['auto', 5, 4, 3] as const);
  if (options.authentication !== undefined) checkAuthentication(options.authentication, protocolVersion, check);
  const resolved = {
    ...reach,
    ...resolveObservers(options, check),
    warnings: [...reach.warnings, ...warnOfModernOptions(options, protocolVersion)],
    clientId,
    generatedClientId: options.clientId === undefined,
    // Without its authentication a connection would be another one: nothing to fall back to.
    protocolVersion: protocolVersion === 'auto' && options.authentication !== undefined ? 5 : protocolVersion,
    authentication: options.authentication,
    credentials: options.credentials,
    clean:
      session.clean === undefined
        ? undefined
        : check.oneOf('session.clean', session.clean, [true, false, 'first'] as const),
    sessionExpiry: check.integer('session.expiry', session.expiry, 300, 0, MAX_UINT32),
    store: session.store === undefined ? undefined : checkStore(session.store, check),
    reconnect: reconnect === false ? undefined : resolveReconnect(reconnect, check),
    keepalive: check.integer('keepalive', options.keepalive, 60, 0, MAX_UINT16),
    connectTimeout: check.integer('connectTimeout', options.connectTimeout, 10_000, 1, MAX_DELAY),
    maximumPacketSize: check.integer('maximumPacketSize', options.maximumPacketSize, 16 << 20, 16, 268_435_460),
    will,
    userProperties,
    outbound: {
      window:
        publish.window === undefined ? undefined : check.integer('publish.window', publish.window, 64, 1, MAX_UINT16),
      capacity: check.integer('publish.capacity', publish.capacity, 10_000, 1, Infinity),
      maxBytes: check.integer('publish.maxBytes', publish.maxBytes, 16 << 20, 1, Infinity),
      overflow: check.oneOf('publish.overflow', publish.overflow, OVERFLOW_POLICIES),
      maxAge: check.number('publish.maxAge', publish.maxAge, Infinity, 1, Infinity),
      onSessionLost: check.oneOf('publish.onSessionLost', publish.onSessionLost, ['republish', 'fail'] as const),
      offline: check.oneOf('publish.offline', publish.offline, OFFLINE_POLICIES),
    },
    publishDefaults: checkPublishDefaults(options.publishDefaults, check),
    inbound: {
      receiveMaximum: check.integer('receiveMaximum', options.receiveMaximum, 1_000, 1, MAX_UINT16),
      maxBytes: check.integer('receive.maxBytes', receive.maxBytes, 16 << 20, 1, Infinity),
      ackTimeout: check.number('receive.ackTimeout', receive.ackTimeout, 60_000, 1, Infinity),
      graceTime: check.number('receive.graceTime', receive.graceTime, 10_000, 1, MAX_DELAY),
      abandoned: check.oneOf('receive.abandoned', receive.abandoned, ['redeliver', 'ack', 'nack'] as const),
    },
  };
  check.pairs('userProperties', resolved.userProperties);
  checkIdentity(resolved, check);
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  return resolved;
}

/** A promise of a store is the usual mistake. */
function checkStore(store: unknown, check: OptionChecker): SessionStore | undefined {
  const { read, write, close } = (store ?? {}) as Partial<Record<keyof SessionStore, unknown>>;
  if ([read, write, close].every((each) => typeof each === 'function')) return store as SessionStore;
  check.problems.push({
    path: 'session.store',
    reason: 'must be a session store; await the promise that levelStore() returns',
  });
  return undefined;
}
