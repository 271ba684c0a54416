export { connect } from '../publish/core.mjs';
export { receive } from '../receive/core.mjs';
