import type { MqttError } from '../errors/mqtt-error.js';
import type { PauseReason } from '../options/reconnect-options.js';
import type { Negotiated } from './negotiated.js';

/** Who ended a connection, or kept it from being made. */
export type EndedBy = 'user' | 'client' | 'server' | 'network' | 'keepalive';

/**
 * What an attempt waits for: `policy`: the answer of `reconnect.delay`. `offline`, `hidden`: that this ends, as
 * `reconnect.pauseWhile` wants.
 */
export type WaitingFor = 'policy' | PauseReason;

/** Where a connection stands. Discriminated by `type`. */
export type ConnectionState =
  | IdleState
  | ConnectingState
  | ConnectedState
  | ReconnectingState
  | DrainingState
  | ClosedState
  | FailedState;

/** Nothing has been asked yet. */
export interface IdleState {
  readonly type: 'idle';
}

/** An attempt is running: transport, credentials, CONNECT, CONNACK. */
export interface ConnectingState {
  readonly type: 'connecting';
  /** The number of this attempt since the last stable connection, from 1. */
  readonly attempt: number;
}

/** CONNACK has come; messages flow. */
export interface ConnectedState {
  readonly type: 'connected';
  /** What client and server agreed on. */
  readonly negotiated: Negotiated;
}

/** The connection was lost, or an attempt failed; the next one starts after `delay` milliseconds. */
export interface ReconnectingState {
  readonly type: 'reconnecting';
  /** The number of the attempt to come, since the last stable connection. */
  readonly attempt: number;
  /** Milliseconds from this state until the next attempt. */
  readonly delay: number;
  /** What the attempt waits for besides the delay, or instead of it; absent when it is the delay alone. */
  readonly waitingFor?: WaitingFor;
  /** What went wrong. */
  readonly cause: MqttError;
  /** Who ended it. */
  readonly by: EndedBy;
}

/** `drain()` was called: no new work is taken, what is there is finished. */
export interface DrainingState {
  readonly type: 'draining';
  /** What client and server agreed on, if there is a connection. */
  readonly negotiated: Negotiated | undefined;
}

/** Ended by the user, for good. */
export interface ClosedState {
  readonly type: 'closed';
}

/** Ended by an error that no further attempt would mend, or after the last attempt. For good. */
export interface FailedState {
  readonly type: 'failed';
  /** What went wrong. */
  readonly cause: MqttError;
  /** Who ended it. */
  readonly by: EndedBy;
}
