import { InvalidMessageError } from '@rxmqtt/core';
import type { Codec } from '../codecs/codec.js';
import { json } from '../codecs/json.js';
import { InputMerger, type MergedInput } from './input-merger.js';
import type { PublishInput, PublishManyOptions } from './publish-to-options.js';

function mergeInput<T>(input: PublishInput<T>, options: PublishManyOptions<T>): MergedInput | InvalidMessageError {
  return new InputMerger(options, undefined).merge(input);
}

function codecThatThrows(cause: unknown): Codec<string> {
  return {
    name: 'riddles',
    decode: () => '',
    encode: () => {
      throw cause;
    },
  };
}

describe('InputMerger', () => {
  it('sends text and bytes as they are', () => {
    const payload = new Uint8Array([1]);

    expect(mergeInput({ topic: 'a', payload: 'on' }, {})).toEqual({ topic: 'a', payload: 'on', options: {} });
    expect(mergeInput({ topic: 'a', payload }, {})).toMatchObject({ payload });
  });

  it('prefers what the input says', () => {
    const merged = mergeInput(
      { topic: 'a', payload: '', qos: 2, retain: true, offline: 'error', timeout: 1 },
      { topic: 'b', qos: 1, retain: false, offline: 'queue', timeout: 2 },
    );

    expect(merged).toEqual({
      topic: 'a',
      payload: '',
      options: { qos: 2, retain: true, offline: 'error', timeout: 1 },
    });
  });

  it('takes the rest from the options', () => {
    const merged = mergeInput({ payload: '' }, { topic: 'b', qos: 1, retain: true, offline: 'queue', timeout: 2 });

    expect(merged).toEqual({
      topic: 'b',
      payload: '',
      options: { qos: 1, retain: true, offline: 'queue', timeout: 2 },
    });
  });

  it('honours 0 and false of the input', () => {
    const merged = mergeInput(
      { payload: '', qos: 0, retain: false, timeout: 0 },
      { topic: 'b', qos: 1, retain: true, timeout: 2 },
    );

    expect(merged).toMatchObject({ options: { qos: 0, retain: false, timeout: 0 } });
  });

  it('does not let what is undefined hide a default', () => {
    const lost = { topic: undefined, qos: undefined, retain: undefined, offline: undefined, timeout: undefined };
    const merged = mergeInput(
      { payload: '', ...(lost as object) },
      { topic: 'b', qos: 1, retain: true, offline: 'queue', timeout: 2 },
    );

    expect(merged).toEqual({
      topic: 'b',
      payload: '',
      options: { qos: 1, retain: true, offline: 'queue', timeout: 2 },
    });
  });

  it('hands on nothing else of the input', () => {
    const input = { topic: 'a', payload: '', id: 7, signal: AbortSignal.abort() };

    expect(mergeInput(input, {})).toEqual({ topic: 'a', payload: '', options: {} });
  });

  it('merges properties: the codec, then the options, then the input', () => {
    const merged = mergeInput(
      { topic: 'a', payload: 1, properties: { contentType: 'application/senml+json' } },
      { codec: json(), properties: { contentType: 'text/json', payloadFormatIndicator: 0, responseTopic: 'b' } },
    );

    expect(merged).toMatchObject({
      options: { properties: { payloadFormatIndicator: 0, contentType: 'application/senml+json', responseTopic: 'b' } },
    });
  });

  it('leaves what the codec says where nobody else speaks', () => {
    expect(mergeInput({ topic: 'a', payload: 1 }, { codec: json() })).toMatchObject({
      options: { properties: { payloadFormatIndicator: 1, contentType: 'application/json' } },
    });
  });

  it('has no properties where nobody names one', () => {
    expect(mergeInput({ topic: 'a', payload: '', properties: {} }, { properties: {} })).toMatchObject({ options: {} });
    expect(mergeInput({ topic: 'a', payload: '', properties: {} }, { properties: {} })).not.toHaveProperty(
      'options.properties',
    );
  });

  it('answers a missing topic with an error', () => {
    const merged = mergeInput({ payload: '' }, {});

    expect(merged).toBeInstanceOf(InvalidMessageError);
    expect(merged).toMatchObject({
      field: 'topic',
      message: expect.stringContaining('neither the input nor the options'),
    });
  });

  it.each([
    ['an error', new RangeError('too big'), 'could not be encoded as riddles: RangeError: too big'],
    ['a text', 'too big', 'could not be encoded as riddles: too big'],
    ['nothing', undefined, 'could not be encoded as riddles: undefined'],
    ['what has no text', Object.create(null) as unknown, 'could not be encoded as riddles: it threw'],
  ])('answers a codec that throws %s with an error', (_, cause, message) => {
    const merged = mergeInput({ topic: 'a/b', payload: '' }, { codec: codecThatThrows(cause) });

    expect(merged).toBeInstanceOf(InvalidMessageError);
    expect(merged).toMatchObject({ topic: 'a/b', field: 'payload', message: expect.stringContaining(message) });
  });
});
