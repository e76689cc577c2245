import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Host, needing, needs, patient, traffic } from '@skep/testbed'
import { dispatch, SkepDecap } from '../../test/decap.ts'
import {
  backend,
  base,
  type DecapNetwork,
  decapNetwork,
  families,
  ipip,
  option,
  url,
  vip,
} from '../../test/decap-network.ts'

const isEmulated = patient(1) > 1

needing(needs.root, needs.bpf).describe('what a backend serves', () => {
  let net: DecapNetwork
  let client: Host

  beforeAll(async () => {
    net = await decapNetwork()
    client = net.client
  })
  afterAll(() => net[Symbol.asyncDispose]())

  describe.each(['native', 'generic', 'tc'])('IPIP, %s', (acceleration) => {
    test.each([4, 6] as const)(
      'outer IPv%i: requests of both families are served, and answered directly',
      async (by) => {
        using _lb = dispatch(net.lb, 'eth0', { ...base, by })
        await using decap = new SkepDecap(net.backend)
        await decap.start(ipip(acceleration))
        for (const family of families) {
          const report = await traffic(client, {
            protocol: 'http',
            url: `${url[family]}/`,
            requests: 100,
            concurrency: 4,
          })
          expect(report).toMatchObject({ requests: 100, failed: 0 })
          const body = await client.exec('curl', '-gsS', '--max-time', '20', `${url[family]}/bytes/3000000`)
          expect(body).toHaveLength(3_000_000)
          const datagrams = await traffic(client, { protocol: 'udp', address: vip[family], port: 53, requests: 50 })
          expect(datagrams).toMatchObject({ requests: 50, failed: 0 })
        }
        const verdicts = await decap.verdicts()
        expect(verdicts[`DECAPSULATED_4IN${by}`]).toBeGreaterThan(400)
        expect(verdicts[`DECAPSULATED_6IN${by}`]).toBeGreaterThan(400)
        expect(Object.keys(verdicts).filter((name) => /DROP|STRANGER|NOT_OWN/.test(name))).toEqual([])
      },
    )
  })

  test('a stranger’s IPIP does not come in, and is counted', async () => {
    using _lb = dispatch(net.lb, 'eth0', { ...base, by: 4, source: { v4: '10.254.0.1', v6: 'fd00:fe::1' } })
    await using decap = new SkepDecap(net.backend)
    await decap.start(ipip('native'))
    const report = await client.attempt('curl', ['-gsS', '--max-time', '1', `${url.v4}/`])
    expect(report.code).toBe(28)
    expect((await decap.verdicts())['PASS_STRANGER']).toBeGreaterThan(0)
  })

  describe.each(['native', 'tc'])('the option, %s', (acceleration) => {
    test.each(families)('%s: the server has another port, and answers as the service', async (family) => {
      using _lb = dispatch(net.lb, 'eth0', { ...base, by: 'option' })
      await using decap = new SkepDecap(net.backend)
      await decap.start(option(acceleration))
      const report = await traffic(client, { protocol: 'http', url: `${url[family]}/`, requests: 100, concurrency: 4 })
      expect(report).toMatchObject({ requests: 100, failed: 0 })
      const body = await client.exec('curl', '-gsS', '--max-time', '20', `${url[family]}/bytes/3000000`)
      expect(body).toHaveLength(3_000_000)
      const direct = family === 'v4' ? `http://${backend.v4}:8080/` : `http://[${backend.v6}]:8080/`
      expect((await traffic(client, { protocol: 'http', url: direct, requests: 20 })).failed).toBe(0)
      const { verdicts, flows } = await decap.status()
      const packets = (name: string): number => verdicts.find((verdict) => verdict.name === name)!.packets
      expect(packets('OPTION_RECORDED')).toBeGreaterThanOrEqual(101)
      expect(packets('REPLY_TRANSLATED')).toBeGreaterThan(400)
      expect(flows!.used).toBeGreaterThan(0)
    })

    test.each(families)('%s: datagrams, and the error of a port where nobody listens', async (family) => {
      await using decap = new SkepDecap(net.backend)
      await decap.start(option(acceleration))
      {
        using _lb = dispatch(net.lb, 'eth0', { ...base, by: 'option', port: 53, backendPort: 5353 })
        const report = await traffic(client, { protocol: 'udp', address: vip[family], port: 53, requests: 100 })
        expect(report).toMatchObject({ requests: 100, failed: 0 })
      }
      using _lb = dispatch(net.lb, 'eth0', { ...base, by: 'option', port: 99, backendPort: 9999 })
      const ask = `exec 3<>/dev/udp/${vip[family]}/99; echo hello >&3; read -t 10 -u 3 -r line`
      const { stderr } = await client.attempt('bash', ['-c', ask])
      expect(stderr).toContain('Connection refused')
      expect((await decap.verdicts())['REPLY_ERROR_TRANSLATED']).toBeGreaterThan(0)
    })
  })

  /** Sends so many bytes to an echo server and prints how many came back. */
  const echoed = `const [host, port, bytes] = process.argv.slice(1)
    const socket = require('node:net').connect(Number(port), host)
    let back = 0
    socket.on('data', (chunk) => (back += chunk.length) >= bytes && (console.log(back), socket.destroy()))
    socket.write(Buffer.alloc(Number(bytes), 7))`
  const bytes = 3_000_000
  const upload = async (address: string, port: number): Promise<string> => {
    return await client.exec(process.execPath, '-e', echoed, address, String(port), String(bytes))
  }

  test.each(['native', 'tc'])(
    '%s: segments that the kernel has gathered on their way in',
    async (acceleration) => {
      await net.backend.exec('ethtool', '-K', 'eth0', 'gro', 'on')
      try {
        for (const by of [4, 6, 'option'] as const) {
          using _lb = dispatch(net.lb, 'eth0', { ...base, by, port: 7, backendPort: 7 })
          await using decap = new SkepDecap(net.backend)
          await decap.start(by === 'option' ? option(acceleration) : ipip(acceleration))
          for (const family of families) expect(Number(await upload(vip[family], 7))).toBeGreaterThanOrEqual(bytes)
          const { verdicts } = await decap.status()
          expect(verdicts.filter(({ name, packets }) => name.startsWith('DROP') && packets > 0)).toEqual([])
          const taken = verdicts.filter(({ name, packets }) => name.startsWith('DECAPSULATED') && packets > 0)
          // XDP comes before the gathering; an emulated processor is too slow to have several at a time.
          if (acceleration === 'tc' && !isEmulated)
            for (const one of taken) expect(one.bytes / one.packets).toBeGreaterThan(1514)
        }
      } finally {
        await net.backend.exec('ethtool', '-K', 'eth0', 'gro', 'off')
      }
    },
    60_000,
  )

  test('large segments that the card is to cut and sum up', async () => {
    await net.backend.exec('ethtool', '-K', 'eth0', 'tx', 'on', 'tso', 'on', 'gso', 'on')
    try {
      using _lb = dispatch(net.lb, 'eth0', { ...base, by: 'option' })
      await using decap = new SkepDecap(net.backend)
      await decap.start(option('native'))
      for (const family of families) {
        const body = await client.exec('curl', '-gsS', '--max-time', '20', `${url[family]}/bytes/20000000`)
        expect(body).toHaveLength(20_000_000)
      }
      const { verdicts } = await decap.status()
      const sent = verdicts.find(({ name }) => name === 'REPLY_TRANSLATED')!
      expect(sent.bytes / sent.packets).toBeGreaterThan(1514)
    } finally {
      await net.backend.exec('ethtool', '-K', 'eth0', 'tx', 'off')
    }
  })
})
