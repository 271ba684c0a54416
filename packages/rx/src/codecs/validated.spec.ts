import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { json } from './json.js';
import { number } from './number.js';
import { SchemaError } from './schema-error.js';
import { text } from './text.js';
import { validated } from './validated.js';

const utf8 = new TextEncoder();

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each([
  ['Zod', json(z.object({ line: z.string(), celsius: z.number() }))],
  ['Valibot', json(v.object({ line: v.string(), celsius: v.number() }))],
  ['ArkType', json(type({ line: 'string', celsius: 'number' }))],
])('json with a schema of %s', (_, codec) => {
  it('reads what satisfies it', () => {
    expect(codec.decode(utf8.encode('{"line":"7","celsius":21.5}'))).toEqual({ line: '7', celsius: 21.5 });
  });

  it('does not read what does not, and says what is wrong where', () => {
    const error = caught(() => codec.decode(utf8.encode('{"line":"7","celsius":"hot"}')));

    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({ name: 'SchemaError', issues: { length: 1 } });
    expect((error as SchemaError).message).toMatch(/^celsius: ./);
  });

  it('does not ask it about what is no JSON', () => {
    expect(() => codec.decode(utf8.encode('{'))).toThrow(SyntaxError);
  });

  it('writes as JSON does', () => {
    expect(codec.encode({ line: '7', celsius: 1 })).toBe('{"line":"7","celsius":1}');
    expect(codec.properties).toEqual({ payloadFormatIndicator: 1, contentType: 'application/json' });
  });
});

describe('validated', () => {
  it('gives what the schema makes of the value', () => {
    const dates = json(z.object({ at: z.coerce.date() }));

    expect(dates.decode(utf8.encode('{"at":"2026-01-02T03:04:05Z"}')).at.getTime()).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(dates.decode(utf8.encode(dates.encode({ at: new Date(0) }) as string))).toEqual({ at: new Date(0) });
  });

  it('checks what any codec reads', () => {
    const percent = validated(number(), z.number().max(100));

    expect(percent.decode(utf8.encode('99.5'))).toBe(99.5);
    expect(() => percent.decode(utf8.encode('101'))).toThrow(SchemaError);
    expect(percent).toMatchObject({ name: 'a number', properties: { contentType: 'text/plain' } });
  });

  it('takes a function, which may give another type', () => {
    const upper = validated(text(), (value) => value.length);

    expect(upper.decode(utf8.encode('four'))).toBe(4);
  });

  it('says all that is wrong', () => {
    const codec = json(z.object({ a: z.number(), b: z.object({ c: z.string() }) }));

    expect(caught(() => codec.decode(utf8.encode('{"b":{}}')))).toMatchObject({
      message: expect.stringMatching(/^a: .*; b\.c: /),
      issues: { length: 2 },
    });
  });

  it('refuses an asynchronous schema with a reason', () => {
    const codec = json(z.string().refine(() => Promise.resolve(false)));

    expect(() => codec.decode(utf8.encode('"x"'))).toThrow(/asynchronous/);
  });

  it('says what a schema without a path says', () => {
    expect(new SchemaError([{ message: 'no' }, { message: 'never', path: [{ key: 0 }, 'x'] }]).message).toBe(
      'no; 0.x: never',
    );
  });
});

it('takes a class with static methods for a codec, with its name and properties', () => {
  class Size {
    static readonly properties = { contentType: 'text/plain' };
    readonly bytes: number;

    constructor(bytes: number) {
      this.bytes = bytes;
    }

    static decode(payload: Uint8Array): Size {
      return new this(payload.length);
    }

    static encode({ bytes }: Size): string {
      return String(bytes);
    }
  }
  const codec = validated(Size, ({ bytes }) => new Size(bytes * 2));
  expect(codec).toMatchObject({ name: 'Size', properties: { contentType: 'text/plain' } });
  expect(codec.decode(utf8.encode('abc'))).toEqual(new Size(6));
  expect(codec.encode(new Size(7))).toBe('7');
});
