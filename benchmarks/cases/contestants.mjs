const path = (file) => new URL(`../contestants/${file}.mjs`, import.meta.url).href;
const contestant = (role, name, rest) => ({ name, module: path(`${role}/${name}`), ...rest });

// Each file in Python receives and publishes.
const inPython = (name, module, python) => ({ name, module, python });
const pythons = {
  paho: inPython('paho', 'paho_client', ['paho-mqtt']),
  asyncioMqtt: inPython('asyncio-mqtt', 'asyncio_mqtt_client', ['paho-mqtt', 'asyncio-mqtt']),
};

/** Who receives. */
export const receivers = {
  limit: contestant('receive', 'limit'),
  core: contestant('receive', 'core', { ours: true, requires: ['@rxmqtt/core'] }),
  observe: contestant('receive', 'observe', { ours: true, requires: ['@rxmqtt/rx', 'rxjs'] }),
  processEach: contestant('receive', 'process-each', { ours: true, requires: ['@rxmqtt/rx', 'rxjs'] }),
  mqttjs: contestant('receive', 'mqttjs', { requires: ['mqtt'] }),
  mqttjsTuned: contestant('receive', 'mqttjs-tuned', { requires: ['mqtt'] }),
  mqttjsHandleMessage: contestant('receive', 'mqttjs-handle-message', { requires: ['mqtt'] }),
  ngxMqtt: contestant('receive', 'ngx-mqtt', { requires: ['mqtt', 'rxjs'] }),
  asyncMqtt: contestant('receive', 'async-mqtt', { requires: ['async-mqtt'] }),
  ...pythons,
};

/** Who publishes. */
export const publishers = {
  limit: contestant('publish', 'limit'),
  core: contestant('publish', 'core', { ours: true, requires: ['@rxmqtt/core'] }),
  publishTo: contestant('publish', 'publish-to', { ours: true, requires: ['@rxmqtt/rx', 'rxjs'] }),
  mqttjs: contestant('publish', 'mqttjs', { requires: ['mqtt'] }),
  mqttjsTuned: contestant('publish', 'mqttjs-tuned', { requires: ['mqtt'] }),
  asyncMqtt: contestant('publish', 'async-mqtt', { requires: ['async-mqtt'] }),
  ...pythons,
};

/** Who sends messages to itself. */
export const roundTrippers = {
  limit: contestant('round-trip', 'limit'),
  core: contestant('round-trip', 'core', { ours: true, requires: ['@rxmqtt/core'] }),
  observe: contestant('round-trip', 'observe', { ours: true, requires: ['@rxmqtt/rx', 'rxjs'] }),
  mqttjs: contestant('round-trip', 'mqttjs', { requires: ['mqtt'] }),
  mqttjsTuned: contestant('round-trip', 'mqttjs-tuned', { requires: ['mqtt'] }),
};

/** Who is flooded, and has another connection meanwhile. */
export const flooded = {
  core: contestant('fairness', 'core', { ours: true, requires: ['@rxmqtt/core'] }),
  observe: contestant('fairness', 'observe', { ours: true, requires: ['@rxmqtt/rx', 'rxjs'] }),
  mqttjs: contestant('fairness', 'mqttjs', { requires: ['mqtt'] }),
};

/** Who publishes through a store. */
export const storers = {
  levelStore: contestant('stored', 'level-store', { ours: true, requires: ['@rxmqtt/core', 'level'] }),
  memoryStore: contestant('stored', 'memory-store', { ours: true, requires: ['@rxmqtt/core'] }),
  noStore: contestant('stored', 'no-store', { ours: true, requires: ['@rxmqtt/core'] }),
};

/** Contestants that get another number of messages than the others, since they would need too long for theirs. */
export function withVolume(volume, contestants) {
  return contestants.map((contestant) => ({ ...contestant, volume }));
}

/** An operator of @rxmqtt/rx, and after it its twin of plain RxJS operators, which it is compared with. */
export function operatorAndTwin(name, rest) {
  const twin = `${name}-twin`;
  const module = path(`operator/${name}`);
  const requires = ['@rxmqtt/rx', 'rxjs'];
  return [
    { name, module, requires, ours: true, setting: { side: 'ours' }, reference: twin, ...rest },
    { name: twin, module, requires, setting: { side: 'twin' }, ...rest },
  ];
}

/** Who has many observers. */
export const observers = {
  core: contestant('observers', 'core', { ours: true, requires: ['@rxmqtt/core'] }),
  observe: contestant('observers', 'observe', { ours: true, requires: ['@rxmqtt/rx', 'rxjs'] }),
  mqttjs: contestant('observers', 'mqttjs', { requires: ['mqtt'] }),
};

/** Who is looked at for its memory; one module under several names. */
export function memory(module, name, setting) {
  return { name, module: path(`memory/${module}`), ours: true, requires: ['@rxmqtt/core'], setting };
}

/** The same contestant under another name, set to something else. */
export function variant(contestant, name, setting, rest) {
  return { ...contestant, name, setting, ...rest };
}

/** Who looks filters up, and among how many: `trie-10000`. */
export function dispatcher(name, setting, rest) {
  return { ...contestant('dispatch', name, { setting, ...rest }), name: `${name}-${setting.filters}` };
}

/** Who starts: a program in the folder of those. */
export function starter(name, program, rest) {
  return { ...contestant('start-up', 'spawn', { setting: { program }, ...rest }), name };
}

/** Whose page is bundled. */
export const pages = {
  connect: contestant('first-paint', 'connect', { ours: true, requires: ['@rxmqtt/rx', 'rxjs', 'esbuild'] }),
  mqttjs: contestant('first-paint', 'mqttjs', { requires: ['mqtt', 'esbuild'] }),
};
