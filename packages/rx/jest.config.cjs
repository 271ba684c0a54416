module.exports = { displayName: 'rx', preset: '../../jest.preset.cjs', coverageDirectory: '../../coverage/rx' };
