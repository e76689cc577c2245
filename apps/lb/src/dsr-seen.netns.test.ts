import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { holdConnections, needing, needs } from '@skep/testbed'
import { dsrConfig, dsrNetwork, type DsrNetwork, vips } from '../test/dsr-network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const flow = ['10.0.0.2', '40000', vips.v4, '7', 'tcp']
let lab: DsrNetwork

needing(needs.root, needs.bpf).describe('what a user sees of direct server return', () => {
  beforeAll(async () => {
    lab = await dsrNetwork()
  }, 60_000)
  afterAll(async () => {
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  test.each([
    ['ipip', 'dsr-ipip', 'it travels inside another IP packet'],
    ['l2', 'dsr-l2', 'it travels as it is'],
    ['opt', 'dsr-option', "it travels with the backend's address"],
  ])(
    '%s: how packets travel, what moves and who leaves',
    async (dispatch, mode, travels) => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(dsrConfig([1, 2], { dispatch }))
      await using _held = await holdConnections(lab.net.client, { address: vips.v4, port: 7, connections: 20 })
      const stable = (await lb.words('explain', 'flow', ...flow)).stdout
      expect(stable).toContain('so it is counted as TX_TO_BACKEND')
      expect(stable).toContain(travels)
      await lb.reload(dsrConfig([2], { dispatch }))
      const services = (await lb.words('get', 'services', '-o', 'wide')).stdout.split('\n')
      expect(services.find((line) => line.startsWith('echo-v4'))).toContain(mode)
      const backends = (await lb.words('get', 'backends')).stdout.split('\n')
      expect(backends.find((line) => /^echo-v4 .* 10\.1\.0\.11:7 /.test(line))).toContain('leaving')
      const explained = (await lb.words('explain', 'service', 'echo-v4')).stdout
      expect(explained).toMatch(/slots, of which \d+ change hands/)
      expect(explained).toContain('no longer a backend: it stays until the connections it has are over')
    },
    90_000,
  )
})
