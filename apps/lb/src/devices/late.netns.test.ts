import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { lateDevices } from '../../test/late-device.ts'

needing(needs.root, needs.bpf).test(
  'a device that appears has the program, and a client behind it is served; so has the next one',
  async () => {
    await using devices = await lateDevices()
    for (let round = 0; round < 2; round++) {
      const { attachedMs, servedMs } = await devices.appear()
      console.info(`attached after ${Math.round(attachedMs)} ms, first answer after ${Math.round(servedMs)} ms`)
      expect([attachedMs, servedMs].every((ms) => ms > 0)).toBe(true)
    }
  },
  60_000,
)
