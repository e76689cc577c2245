import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { currentNamespace } from '../namespace/named.ts'
import { NetlinkError } from '../error.ts'
import { openSocketDiag, type SocketDiag } from './sockets.ts'
import type { SocketInfo, SocketProtocol } from './socket-types.ts'

function socketAt(diag: SocketDiag, protocol: SocketProtocol, port: number): SocketInfo | undefined {
  return diag.list({ protocol, states: ['established'] }).find((each) => each.sourcePort === port)
}

async function udp(type: 'udp4' | 'udp6', address: string, to?: number): Promise<Socket> {
  const socket = createSocket(type)
  if (to === undefined) await once(socket.bind(0, address), 'listening')
  else await new Promise<void>((resolve) => socket.connect(to, address, () => resolve()))
  return socket
}

needing(needs.root).describe('sockets', () => {
  test.each([
    ['udp4', '127.0.0.1', '127.0.0.1'],
    ['udp6', '::1', '::1'],
    ['udp6', '::ffff:127.0.0.1', '::ffff:127.0.0.1'],
  ] as const)('a connected %s socket to %s is found and ended', async (type, address, shown) => {
    using diag = openSocketDiag({ ns: '/proc/self/ns/net' })
    const server = await udp(type, address)
    const client = await udp(type, address, server.address().port)
    const found = socketAt(diag, 'udp', client.address().port)
    expect(found).toMatchObject({ state: 'established', destination: shown, destinationPort: server.address().port })
    expect(found?.cookie).toBeGreaterThan(0n)
    const failed = once(client, 'error') as Promise<[NodeJS.ErrnoException]>
    expect(diag.destroy(found!)).toBe(true)
    expect((await failed)[0].code).toBe('ECONNABORTED')
    expect(diag.destroy(found!)).toBe(false)
    client.close()
    server.close()
  })

  test('a TCP connection is ended, and its peer is told', async () => {
    using diag = openSocketDiag()
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    await once(client, 'connect')
    const [peer] = await accepted
    const found = socketAt(diag, 'tcp', client.localPort!)
    const [ours, theirs] = [once(client, 'error'), once(peer, 'error')]
    expect(diag.destroy(found!)).toBe(true)
    expect((await ours)[0]).toMatchObject({ code: 'ECONNABORTED' })
    expect((await theirs)[0]).toMatchObject({ code: 'ECONNRESET' })
    server.close()
  })
})

const cookies = needs.feature('cookies of namespaces', () => {
  using here = currentNamespace()
  try {
    return here.cookie === 0n ? 'none' : undefined
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'NOT_SUPPORTED') return 'Linux 5.14'
    throw error
  }
})

needing(needs.root, cookies).test('a namespace has a cookie, always the same', () => {
  using here = currentNamespace()
  expect(here.cookie).toBeGreaterThan(0n)
  expect(here.cookie).toBe(here.cookie)
})
