import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { assert, bigInt, property, record, string, uint8Array } from 'fast-check'
import { pcapngHeader, pcapngInterface, pcapngPacket, pcapngStatistics } from './write.ts'

const time = 1_767_225_600_123_456_789n
const frame = Uint8Array.from({ length: 61 }, (_, i) => i)

const file = Buffer.concat([
  pcapngHeader({ application: 'skep' }),
  pcapngInterface({ name: 'eth0', snaplen: 2048 }),
  pcapngInterface({ name: 'eth1', snaplen: 2048 }),
  pcapngPacket({
    bytes: frame,
    timestamp: time,
    direction: 'in',
    comment: 'DROP_TTL: spent',
    packetId: 7n,
    queue: 3,
    xdpAction: 1,
  }),
  pcapngPacket({
    bytes: frame.subarray(0, 20),
    timestamp: time + 1n,
    interface: 1,
    originalLength: 1500,
    direction: 'out',
  }),
  pcapngStatistics({ timestamp: time, received: 2, dropped: 1n }),
])

const folder = mkdtempSync(join(tmpdir(), 'skep-pcapng-'))
const path = join(folder, 'two.pcapng')

beforeAll(() => writeFileSync(path, file))
afterAll(() => rmSync(folder, { recursive: true }))

function read(command: string, ...options: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, ['-r', path, ...options], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

needing(needs.binary('tcpdump')).test('tcpdump reads packets and times', () => {
  const lines = read('tcpdump', '-n', '-ttttt', '--nano', '-e')
    .split('\n')
    .filter((line) => /^ \d/.test(line))
  expect(lines).toHaveLength(2)
  expect(lines[1]).toMatch(/^ 00:00:00\.000000001 .*length 1500/)
})

needing(needs.binary('tshark')).test('tshark reads devices, directions, comments and verdicts', () => {
  const fields = [
    'frame.interface_name',
    'frame.time_epoch',
    'frame.packet_flags_direction',
    'frame.comment',
    'frame.packet_id',
    'frame.interface_queue',
    'frame.len',
    'frame.cap_len',
    'frame.verdict.ebpf_xdp',
  ]
  const lines = read('tshark', '-T', 'fields', '-E', 'separator=|', ...fields.flatMap((field) => ['-e', field]))
  expect(lines.trimEnd().split('\n')).toEqual([
    'eth0|1767225600.123456789|0x00000001|DROP_TTL: spent|7|3|61|61|1',
    'eth1|1767225600.123456790|0x00000002||||1500|20|',
  ])
})

test('blocks of any content are whole: both lengths agree, and are multiples of four', () => {
  const options = record({
    bytes: uint8Array({ maxLength: 300 }),
    comment: string(),
    timestamp: bigInt(0n, 2n ** 63n),
  })
  assert(
    property(options, (packet) => {
      const bytes = pcapngPacket(packet)
      const view = new DataView(bytes.buffer)
      expect(bytes.length % 4).toBe(0)
      expect([view.getUint32(4, true), view.getUint32(bytes.length - 4, true)]).toEqual([bytes.length, bytes.length])
      expect(bytes.subarray(28, 28 + packet.bytes.length)).toEqual(packet.bytes)
    }),
  )
})
