import type { MqttError } from '../errors/mqtt-error.js';
import { assertNever } from '../internal/assert-never.js';
import type { ConnectionState, EndedBy, WaitingFor } from './connection-state.js';
import type { Negotiated } from './negotiated.js';

/** The attempt to come. */
export interface NextAttempt {
  readonly attempt: number;
  readonly delay: number;
  readonly waitingFor?: WaitingFor;
}

/** What happens to a connection: to the machine, everything comes from outside. */
export type ConnectionInput =
  | { readonly type: 'open' }
  /** CONNACK accepted. */
  | { readonly type: 'accepted'; readonly negotiated: Negotiated }
  /** An attempt failed or a connection broke. `retry` is what the policy said; without it, it is over. */
  | {
      readonly type: 'lost';
      readonly cause: MqttError;
      readonly by: EndedBy;
      readonly retry: NextAttempt | undefined;
    }
  /** The policy took its time, and has decided. */
  | {
      readonly type: 'decided';
      readonly cause: MqttError;
      readonly by: EndedBy;
      readonly retry: NextAttempt | undefined;
    }
  /** The delay is over, but the attempt is put off. */
  | { readonly type: 'paused'; readonly waitingFor: WaitingFor }
  /** The delay is over. */
  | { readonly type: 'due'; readonly attempt: number }
  | { readonly type: 'drain' }
  | { readonly type: 'close' };

/** What must be done because of an input. */
export type ConnectionEffect =
  /** There is a connection: resume what was under way. */
  | 'resume'
  /** Start an attempt. */
  | 'attempt'
  /** Wait for the delay, or for the policy, then feed `due`. */
  | 'schedule'
  /** Stop what is running: an attempt, a delay, a connection. */
  | 'stop'
  /** It is over: settle everything. */
  | 'finish';

/** A state and what must be done to get there. */
export interface Transition {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

/** The life of a connection: pure, and total over all states and inputs. What makes no sense in a state changes nothing. */
export function transition(state: ConnectionState, input: ConnectionInput): Transition {
  switch (state.type) {
    case 'idle':
      return fromIdle(state, input);
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return fromLive(state, input);
    case 'draining':
      return fromDraining(state, input);
    case 'closed':
    case 'failed':
      return stay(state);
    default:
      return assertNever(state);
  }
}

function fromIdle(state: ConnectionState, input: ConnectionInput): Transition {
  if (input.type === 'open') return { state: { type: 'connecting', attempt: 1 }, effects: ['attempt'] };
  // Nothing was ever sent, so there is nothing to drain.
  if (input.type === 'close' || input.type === 'drain') return { state: { type: 'closed' }, effects: ['finish'] };
  return stay(state);
}

function fromLive(state: ConnectionState, input: ConnectionInput): Transition {
  switch (input.type) {
    case 'open':
      return stay(state);
    case 'accepted':
      if (state.type !== 'connecting') return stay(state);
      return { state: { type: 'connected', negotiated: input.negotiated }, effects: ['resume'] };
    case 'lost':
      return state.type === 'reconnecting' ? stay(state) : lost(input);
    case 'decided':
      return state.type === 'reconnecting' ? lost(input) : stay(state);
    case 'paused':
      if (state.type !== 'reconnecting') return stay(state);
      return { state: { ...state, waitingFor: input.waitingFor }, effects: [] };
    case 'due':
      if (state.type !== 'reconnecting') return stay(state);
      return { state: { type: 'connecting', attempt: input.attempt }, effects: ['attempt'] };
    case 'drain':
      return {
        state: { type: 'draining', negotiated: state.type === 'connected' ? state.negotiated : undefined },
        effects: [],
      };
    case 'close':
      return { state: { type: 'closed' }, effects: ['stop', 'finish'] };
    default:
      return assertNever(input);
  }
}

/** Draining goes on through losses and new attempts, unseen: what waits in the outbox is worth them. */
function fromDraining(state: ConnectionState, input: ConnectionInput): Transition {
  switch (input.type) {
    case 'open':
    case 'drain':
      return stay(state);
    case 'accepted':
      return { state: { type: 'draining', negotiated: input.negotiated }, effects: ['resume'] };
    case 'lost':
    case 'decided': {
      const { cause, by, retry } = input;
      if (retry === undefined) return { state: { type: 'failed', cause, by }, effects: ['finish'] };
      return { state: { type: 'draining', negotiated: undefined }, effects: ['schedule'] };
    }
    case 'paused':
      return stay(state);
    case 'due':
      return { state, effects: ['attempt'] };
    case 'close':
      return { state: { type: 'closed' }, effects: ['stop', 'finish'] };
    default:
      return assertNever(input);
  }
}

function lost({ cause, by, retry }: Extract<ConnectionInput, { type: 'lost' | 'decided' }>): Transition {
  if (retry === undefined) return { state: { type: 'failed', cause, by }, effects: ['finish'] };
  const { attempt, delay, waitingFor } = retry;
  const state = { type: 'reconnecting', attempt, delay, ...(waitingFor && { waitingFor }), cause, by } as const;
  return { state, effects: ['schedule'] };
}

function stay(state: ConnectionState): Transition {
  return { state, effects: [] };
}
