export { levelStore } from './level-store.js';

export type { LevelDatabase, LevelOperation } from './level-database.js';
export type { LevelStoreOptions } from './level-store.js';
