module.exports = { displayName: 'core', preset: '../../jest.preset.cjs', coverageDirectory: '../../coverage/core' };
