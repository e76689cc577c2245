import { expect, test } from '@jest/globals'
import { describeWith } from '../testing/needs.ts'
import { pair } from '../testing/pair.ts'
import { hooks } from '../testing/runtime.ts'
import { xdpContext } from './context.ts'

describeWith(['root', 'liveFrames'], 'live frames', () => {
  test('that pass are received by the device, those that are dropped are not', async () => {
    await using net = await pair()
    using loaded = hooks()
    const { index, address } = net.near.device()
    const mac = Uint8Array.from(address?.split(':') ?? [], (byte) => Number.parseInt(byte, 16))
    const data = new Uint8Array(64)
    data.set([...mac, 2, 0, 0, 0, 0, 9, 0x88, 0xb5])
    const context = xdpContext(data.byteLength, { ingressIfindex: index })
    const run = (name: string, repeat: number): void => {
      net.near.run(() => loaded.program(name).testRun({ data, context, repeat, liveFrames: true, batchSize: 16 }))
    }
    using capture = loaded.program('tc_first')
    using filter = net.near.run(() => capture.attachTc({ device: 'eth0', direction: 'ingress' }))
    // The host's own chatter (neighbour discovery) is seen too.
    run('xdp_drop', 50)
    expect(loaded.runs('xdp')).toBe(50)
    expect(loaded.runs('tcFirst')).toBeLessThan(50)
    const before = loaded.runs('tcFirst')
    run('xdp_pass', 50)
    expect(loaded.runs('xdp')).toBe(100)
    expect(loaded.runs('tcFirst') - before).toBeGreaterThanOrEqual(50)
    expect(filter.info().programId).toBe(capture.info().id)
  })
})
