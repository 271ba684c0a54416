import fc from 'fast-check';
import { type Envelope, readEnvelope, writeEnvelope } from './envelope.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('an envelope', () => {
  it('comes back as it was', () => {
    const text = fc.string({ unit: 'grapheme' });
    const payload = fc.oneof(text, fc.uint8Array({ maxLength: 300 }));
    const contentType = fc.option(text, { nil: undefined });
    const envelope: fc.Arbitrary<Envelope> = fc.oneof(
      fc.record({ type: fc.constant('request' as const), id: text, replyTo: text, payload, contentType }),
      fc.record({ type: fc.constant('reply' as const), id: text, payload, contentType }),
      fc.record({ type: fc.constant('error' as const), id: text, code: text, message: text }),
      fc.record({ type: fc.constant('end' as const), id: text }),
    );
    fc.assert(
      fc.property(envelope, (each) => {
        const back = readEnvelope(bytes(writeEnvelope(each)));
        const expected =
          'payload' in each && typeof each.payload === 'string' ? { ...each, payload: bytes(each.payload) } : each;
        expect(back).toEqual(expected);
      }),
    );
  });

  it('is what the guide says', () => {
    expect(writeEnvelope({ type: 'request', id: '7', replyTo: 'a/b', payload: 'on', contentType: undefined })).toBe(
      '{"rxmqtt":"request","id":"7","replyTo":"a/b","text":"on"}',
    );
    expect(writeEnvelope({ type: 'error', id: '7', code: 'BUSY', message: 'later' })).toBe(
      '{"rxmqtt":"error","id":"7","code":"BUSY","message":"later"}',
    );
  });

  it.each([
    '',
    'on',
    '{}',
    '{"rxmqtt":',
    '{"rxmqtt":"',
    '{"rxmqtt":"request"}',
    '{"rxmqtt":"request","id":7,"replyTo":"a"}',
    '{"rxmqtt":"request","id":"7"}',
    '{"rxmqtt":"request","id":"7","replyTo":{}}',
    '{"rxmqtt":"reply","id":"7","data":"*"}',
    '{"rxmqtt":"other","id":"7"}',
    '{"rxmqtt":"reply","id":"7"',
  ])('is not %s', (text) => {
    expect(readEnvelope(bytes(text))).toBeUndefined();
  });

  it('is nothing that is no UTF-8, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (tail) => {
        const start = bytes('{"rxmqtt":"');
        expect(() => readEnvelope(tail)).not.toThrow();
        expect(() => readEnvelope(new Uint8Array([...start, ...tail]))).not.toThrow();
      }),
    );
  });

  it('has a payload of no bytes where it names none', () => {
    expect(readEnvelope(bytes('{"rxmqtt":"reply","id":"7"}'))).toMatchObject({ payload: new Uint8Array() });
  });
});
