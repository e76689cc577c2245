import { expect, test } from '@jest/globals'
import { listNamespaces } from 'netlink-ts'
import { httpServer } from '../servers/server.ts'
import { traffic } from '../traffic/traffic.ts'
import { topology } from './topology.ts'

const short = {
  client: ['10.0.0.2/24', 'fd00::2/64'],
  lb: ['10.0.0.1/24', 'fd00::1/64', '10.1.0.1/24', 'fd01::1/64'],
  backend: ['10.1.0.2/24', 'fd01::2/64'],
} as const

test('the short form: packets go from host to host at once, over IPv4 and IPv6', async () => {
  await using net = await topology(short)
  await using server = await httpServer(net.backend)
  for (const address of ['10.1.0.2', '[fd01::2]']) {
    expect(await net.client.exec('curl', '-s', '--max-time', '2', `http://${address}/`)).toBe('backend')
  }
  const report = await traffic(net.client, { protocol: 'http', url: 'http://[fd01::2]/', requests: 20 })
  expect(report).toMatchObject({ failed: 0, perServer: { backend: 20 } })
  expect(await server.stats()).toMatchObject({ peers: { '10.0.0.2': 1, 'fd00::2': 21 } })
})

test('everything is gone afterwards', async () => {
  let prefix = ''
  {
    await using net = await topology(short)
    prefix = net.prefix
    expect(listNamespaces().filter((name) => name.startsWith(prefix))).toHaveLength(3)
    net.client.spawn('sleep', ['1000'])
    await net.client.exec('sh', '-c', 'sleep 1000 > /dev/null 2>&1 &')
  }
  expect(listNamespaces().filter((name) => name.startsWith(prefix))).toEqual([])
})
