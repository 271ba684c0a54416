import type { NodeDuplex } from '../options/network-options.js';
import type { ConnectRequest } from './wire.js';

/** What was opened for an attempt: a stream, or what MQTT.js needs to know to make one of a WebSocket. */
export type OpenedStream =
  | {
      readonly type: 'stream';
      readonly stream: NodeDuplex;
      /** How the stream is read, if not by itself. Asked for once somebody listens to it. */
      readonly read?: () => Reading;
    }
  | {
      readonly type: 'webSocket';
      readonly url: string;
      /** Further options of MQTT.js. */
      readonly options: Readonly<Record<string, unknown>>;
      /** What a failure before the first byte really was. */
      readonly explain: (cause: unknown) => unknown;
    };

/** What can be told to stop and to go on. */
export interface Reading {
  pause(): unknown;
  resume(): unknown;
}

/** Opens what the platform has for an endpoint. Rejects when that fails, and when the signal says that it is too late. */
export type StreamOpener = (request: ConnectRequest, signal: AbortSignal) => Promise<OpenedStream>;
