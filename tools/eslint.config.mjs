import base from '../eslint.config.mjs';

export default [{ ignores: ['**/fixtures/**'] }, ...base];
