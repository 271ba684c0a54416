import * as core from '@rxmqtt/core';
import * as rx from './index.js';

describe('the entry point of rx', () => {
  const { MqttError } = core;
  const classes = Object.entries(core as Record<string, unknown>).filter(
    ([, value]) => typeof value === 'function' && (value === MqttError || value.prototype instanceof MqttError),
  );

  it.each(classes)('has %s, as core has', (name, value) => {
    expect((rx as Record<string, unknown>)[name]).toBe(value);
  });
});
