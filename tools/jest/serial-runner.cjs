// Network tests share the machine's kernel state: their files run one after another, in this process.
const { default: TestRunner } = require('jest-runner')

module.exports = class SerialRunner extends TestRunner {
  isSerial = true
}
