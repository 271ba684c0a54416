import fc from 'fast-check';
import { hex } from '../../../test/support/packets.js';
import { seeded } from '../../../test/support/seeded.js';
import { caught } from '../../../test/topics/caught.js';
import { topicName } from '../../../test/topics/arbitraries.js';
import { TopicDecoder } from './topic-decoder.js';

function decode(decoder: TopicDecoder, content: Uint8Array): string {
  // Somewhere within a larger chunk, as it comes from the network.
  const bytes = Buffer.concat([hex('23 00 c0'), content, hex('2b 00 80')]);
  return decoder.decode(bytes, 3, 3 + content.length);
}

describe('TopicDecoder', () => {
  it.each([
    ['an overlong NUL', 'c080'],
    ['an overlong slash', 'c0af'],
    ['half a surrogate pair', 'eda080'],
    ['a surrogate pair', 'eda080edb080'],
    ['a byte that UTF-8 has not', 'ff'],
    ['a truncated character', 'e282'],
    ['a lone continuation', '80'],
    ['a character beyond U+10FFFF', 'f4908080'],
    ['NUL', '00'],
    ['NUL within', '610062'],
    ['the wildcard #', '23'],
    ['the wildcard + as a level', '612f2b2f62'],
    ['the wildcard # at its end', '612f23'],
    ['a wildcard within a level', 'c3a42b'],
  ])('refuses a topic with %s, each time, short or long', (_, content) => {
    const decoder = new TopicDecoder();
    for (const prefix of ['', 'a/', 'a'.repeat(300), 'ä'.repeat(300)]) {
      const topic = Buffer.concat([Buffer.from(prefix), hex(content)]);
      for (let time = 0; time < 3; time++) {
        expect(caught(() => decode(decoder, topic))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x81 });
      }
    }
  });

  it.each([
    ['nothing', ''],
    ['one byte', 'a'],
    ['empty levels', '//'],
    ['two bytes per character', 'größe/été'],
    ['three bytes per character', '温度/摂氏'],
    ['four bytes per character', '🌡/😀'],
    ['a byte order mark', '\ufeffa'],
    ['characters that are none', '\uffff\ufdd0'],
    ['controls', '\u0001\u001f\u007f'],
    ['as many bytes as are remembered', 'x'.repeat(256)],
    ['one byte more', 'x'.repeat(257)],
    ['the last byte that is remembered in two', `${'x'.repeat(254)}ä`],
    ['65,535 bytes', 'y/'.repeat(32_767) + 'z'],
  ])('keeps %s as it is, the first time and later', (_, topic) => {
    const decoder = new TopicDecoder();
    for (let time = 0; time < 3; time++) expect(decode(decoder, Buffer.from(topic))).toBe(topic);
  });

  it('decodes any topic name, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(topicName, { minLength: 1, maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 90 }),
        (topics, order) => {
          const decoder = new TopicDecoder();
          for (const pick of order) {
            const topic = topics[pick % topics.length]!;
            expect(decode(decoder, Buffer.from(topic))).toBe(topic);
          }
        },
      ),
    );
  });

  // Equal 32-bit FNV-1a hashes and equal lengths: nothing but the bytes tells them apart.
  it.each([
    ['t/tudyqn', 't/bbfxhg'],
    ['t/kwnzzs', 't/nedjdn'],
    ['t/hcugzo', 't/oeegeq'],
    ['costarring', 'liquid'],
  ])('tells %s from %s, whose hash is the same', (one, other) => {
    const decoder = new TopicDecoder();
    for (const topic of [one, other, one, one, other, other]) expect(decode(decoder, Buffer.from(topic))).toBe(topic);
  });

  it('tells apart topics that share a slot, many times more than there are slots', () => {
    const random = seeded(1);
    const topics = Array.from({ length: 20_000 }, (_, i) =>
      Buffer.from(`site/${String(i % 7)}/${i % 3 === 0 ? 'ä' : 'a'}/${String(i)}`),
    );
    const texts = topics.map((topic) => topic.toString());
    const decoder = new TopicDecoder();
    let mixed = 0;
    for (let i = 0; i < 100_000; i++) {
      const pick = Math.floor(random() * topics.length);
      const topic = topics[pick]!;
      if (decoder.decode(topic, 0, topic.length) !== texts[pick]) mixed++;
    }
    expect(mixed).toBe(0);
  });

  it('does not depend on the bytes it was shown earlier', () => {
    const decoder = new TopicDecoder();
    const chunk = Buffer.from('t/tudyqn');
    expect(decoder.decode(chunk, 0, 8)).toBe('t/tudyqn');
    chunk.write('t/bbfxhg');
    expect(decoder.decode(chunk, 0, 8)).toBe('t/bbfxhg');
    chunk.write('t/tudyqn');
    expect(decoder.decode(chunk, 0, 8)).toBe('t/tudyqn');
  });
});
