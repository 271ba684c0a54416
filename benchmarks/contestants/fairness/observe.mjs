export { connect } from '../publish/publish-to.mjs';
export { receive } from '../receive/observe.mjs';
