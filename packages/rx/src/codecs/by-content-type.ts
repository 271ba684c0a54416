import { type Rule, check, codec as codecRule, fields, isObject } from '../internal/rules.js';
import type { Codec, Encoded } from './codec.js';

/** How {@link byContentType} takes what no content type decides. */
export interface ByContentTypeOptions<T> {
  /**
   * Decodes messages without a content type (all of MQTT 3.x), and of types that are not listed. Defaults to none: such
   * messages are undecodable.
   */
  readonly fallback?: Codec<T>;
}

/** A type and subtype, each a token of RFC 9110, in small letters. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/;

/**
 * Decodes each message as its Content Type says, for topics on which several kinds of senders publish (MQTT 5). Parameters,
 * such as `; charset=utf-8`, and upper case are not looked at; `+json` and the like go to `application/json` when they are not
 * listed themselves. Values are encoded by the first codec, and sent as of its type.
 *
 * @throws InvalidOptionsError at once when there is no codec, a key is no media type in small letters, or what it names is no
 * codec.
 *
 * @example
 * ```ts
 * mqtt.observe('plant/{line}/temp', {
 *   codec: byContentType({ 'application/json': json(celsius), 'text/plain': number() }, { fallback: number() }),
 * });
 * ```
 */
export function byContentType<T>(
  codecs: Readonly<Record<string, Codec<T>>>,
  options: ByContentTypeOptions<T> = {},
): Codec<T> {
  check(['codecs', codecs, byType], ['', options, OPTIONS]);
  const { fallback } = options;
  const known = new Map(Object.entries(codecs));
  const [[contentType, encoder]] = known as unknown as readonly [[string, Codec<T>]];
  const choose = (message: Encoded | undefined): Codec<T> | undefined => {
    const type = message?.properties.contentType?.split(';', 1)[0]?.trim().toLowerCase();
    if (type === undefined || type === '') return fallback;
    return known.get(type) ?? known.get(`application/${type.split('+').at(-1) ?? ''}`) ?? fallback;
  };
  return {
    name: Array.from(known.values(), ({ name }) => name).join(' or '),
    properties: { ...encoder.properties, contentType },
    decode: (payload, message) => {
      const codec = choose(message);
      if (codec === undefined) throw new TypeError(explain(message?.properties.contentType));
      return codec.decode(payload, message);
    },
    encode: (value) => encoder.encode(value),
  };
}

function explain(type: string | undefined): string {
  return type === undefined
    ? 'it has no content type, and there is no fallback'
    : `nothing decodes ${JSON.stringify(type)}`;
}

const OPTIONS = /* @__PURE__ */ fields<ByContentTypeOptions<never>>({ fallback: codecRule });

const byType: Rule = (codecs) => {
  const given = isObject(codecs) ? Object.entries(codecs) : [];
  if (given.length === 0) return 'must name a codec at least';
  return given.flatMap(([path, value]) => {
    const isMediaType = MEDIA_TYPE.test(path) && path === path.toLowerCase();
    const reason = isMediaType ? codecRule(value) : 'must be a media type such as application/json, in small letters';
    return typeof reason === 'string' ? [{ path, reason }] : [];
  });
};
