import { pages } from './contestants.mjs';

/** What a browser loads before a page with a client in it can be seen. */
export const firstPaint = {
  name: 'first-paint',
  title:
    'first chunk of a page that imports connect, bundled by esbuild for browsers with RxJS (what is loaded later does not count)',
  unit: 'kB minified',
  better: 'lower',
  more: [{ name: 'compressed', unit: 'kB gzip', better: 'lower' }],
  role: 'first-paint',
  setting: { lazy: false },
  volume: { full: {}, short: {} },
  contestants: [{ ...pages.connect, setting: { lazy: true } }, pages.mqttjs],
  reference: 'mqttjs',
  targets: [{ contestant: 'connect', allOf: 'of it without MQTT.js' }],
};
