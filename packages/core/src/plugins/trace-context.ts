import type { UserProperty } from '../message/publish-properties.js';
import type { Plugin, PluginMessage } from './plugin.js';

/** The part of `@opentelemetry/api` that is used: `import * as api from '@opentelemetry/api'` fits. */
export interface TraceApi {
  readonly context: {
    active(): object;
    with(context: object, run: () => void): unknown;
  };
  readonly propagation: {
    inject(
      context: object,
      carrier: object,
      setter?: { set(carrier: object, name: string, value: string): void },
    ): void;
    extract(
      context: object,
      carrier: object,
      getter?: { keys(carrier: object): string[]; get(carrier: object, name: string): string | string[] | undefined },
    ): object;
  };
}

/** Options of {@link traceContext}. */
export interface TraceContextOptions {
  /**
   * OpenTelemetry's API. Defaults to what an OpenTelemetry SDK has registered in this process, as soon as it has: nothing is
   * imported, so `@opentelemetry/api` need not be installed.
   */
  readonly api?: TraceApi;
}

/**
 * A plugin that carries the context of a trace in the user properties of messages, as W3C `traceparent` and `tracestate` (or
 * whatever the global propagator writes): that of the active span goes out with each message, and observers of a message run
 * in the context that came with it. An observer that works later, from a queue, takes it by {@link traceContextOf}. On MQTT
 * 3.x, which has no user properties, it does nothing.
 *
 * @example
 * ```ts
 * import * as api from '@opentelemetry/api';
 * const connection = createConnection('mqtt://localhost', { plugins: [traceContext({ api })] });
 * ```
 */
export function traceContext({ api: given }: TraceContextOptions = {}): Plugin {
  return {
    name: 'traceContext',
    setup() {
      let modern = true;
      return {
        state(state) {
          if (state.type === 'connected') modern = state.negotiated.protocolVersion === 5;
        },
        messageOut({ properties }) {
          const api = given ?? registeredApi();
          if (api === undefined || !modern) return undefined;
          const injected: UserProperty[] = [];
          api.propagation.inject(api.context.active(), injected, setter);
          if (injected.length === 0) return undefined;
          const names = new Set(injected.map(([name]) => name));
          const others = (properties.userProperties ?? []).filter(([name]) => !names.has(name));
          return { properties: { ...properties, userProperties: [...others, ...injected] } };
        },
        deliver(message, next) {
          const api = given ?? registeredApi();
          const { userProperties } = message.properties;
          if (api === undefined || userProperties === undefined) next();
          else api.context.with(traceContextOf(message, api), next);
        },
      };
    },
  };
}

/** The context that came with a message: the active one, extended by what its user properties carry. */
export function traceContextOf({ properties }: Pick<PluginMessage, 'properties'>, api: TraceApi): object {
  return api.propagation.extract(api.context.active(), properties.userProperties ?? [], getter);
}

const setter = {
  set(carrier: object, name: string, value: string): void {
    (carrier as UserProperty[]).push([name, value]);
  },
};

const getter = {
  keys: (carrier: object) => (carrier as readonly UserProperty[]).map(([name]) => name),
  /** Of a field that came more than once none can be trusted. */
  get(carrier: object, name: string): string | undefined {
    const values = (carrier as readonly UserProperty[]).filter(([each]) => each.toLowerCase() === name.toLowerCase());
    return values.length === 1 ? values[0]?.[1] : undefined;
  },
};

/** Where copies of OpenTelemetry's API find what was registered with one of them. */
const REGISTRY = Symbol.for('opentelemetry.js.api.1');

/** What is registered works as the API itself does, as far as it is used here. */
function registeredApi(): TraceApi | undefined {
  const registered = (globalThis as { [REGISTRY]?: Partial<TraceApi> })[REGISTRY];
  return registered?.context === undefined || registered.propagation === undefined
    ? undefined
    : (registered as TraceApi);
}
