module.exports = {
  displayName: 'examples',
  preset: '../../jest.preset.cjs',
  coverageDirectory: '../../coverage/examples',
  passWithNoTests: true,
};
