import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { type VerdictName, verdictsByIndex } from '@skep/datapath'
import { build, ethernet, ipv4, udp } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import type { Frame } from '../frame.ts'
import { deviceNamer } from './devices.ts'
import { PcapngOutput } from './pcapng.ts'
import { textOutput } from './text.ts'

const [front, back] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b']
const nameOf = deviceNamer([
  { index: 2, name: 'eth0', mac: front },
  { index: 3, name: 'eth1', mac: back },
])
const bytes = (src: string, dst: string) =>
  build(ethernet({ src, dst: '02:00:00:00:00:01' }), ipv4({ src: '10.0.0.2', dst }), udp({ srcPort: 1, dstPort: 2 }))

function frame(name: VerdictName, more: Partial<Frame> = {}): Frame {
  const verdict = verdictsByIndex.find((one) => one?.name === name)!
  const arrived = bytes('02:00:00:00:00:02', '192.0.2.10')
  const base = { packet: 7n, departure: false, timestamp: 1_767_225_600_000_123_000n, device: 2, queue: 1 }
  return { ...base, verdict, length: arrived.length, bytes: arrived, ...more }
}

const redirected = frame('REDIRECT_TO_BACKEND', { departure: true, bytes: bytes(back, '10.1.0.11') })

test.each([
  ['arrival', frame('DROP_TTL'), 'eth0'],
  ['sent by the device it came in by', frame('TX_TO_BACKEND', { departure: true }), 'eth0'],
  ['redirected', redirected, 'eth1'],
  ['redirected by whom nobody knows', { ...redirected, bytes: new Uint8Array(4) }, 'another device'],
  ['on a device that has gone', frame('DROP_TTL', { device: 9 }), 'device 9'],
])('the device of a frame: %s', (_what, seen, device) => {
  expect(nameOf(seen)).toBe(device)
})

test('a line for people', () => {
  const output = textOutput(nameOf)
  expect([output.frame(frame('DROP_TTL')), output.frame(redirected)]).toEqual([
    '00:00:00.000123 eth0 in  IP 10.0.0.2.1 > 192.0.2.10.2: UDP, length 0  [DROP_TTL]\n',
    '00:00:00.000123 eth1 out IP 10.0.0.2.1 > 10.1.0.11.2: UDP, length 0  [REDIRECT_TO_BACKEND]\n',
  ])
})

needing(needs.binary('tshark')).test(
  'a file for Wireshark: device, direction, number, verdict and what was lost',
  () => {
    const output = new PcapngOutput(nameOf, 2048)
    const parts = [frame('REDIRECT_TO_BACKEND'), redirected].map((one) => output.frame(one))
    const folder = mkdtempSync(join(tmpdir(), 'skep-capture-'))
    try {
      const path = join(folder, 'a.pcapng')
      writeFileSync(path, Buffer.concat([...parts, output.end({ packets: 1, lost: 3n })]))
      const fields = ['interface_name', 'packet_flags_direction', 'packet_id', 'verdict.ebpf_xdp', 'comment']
      const options = ['-T', 'fields', '-E', 'separator=|', ...fields.flatMap((field) => ['-e', `frame.${field}`])]
      const { stdout } = spawnSync('tshark', ['-r', path, ...options], { encoding: 'utf8' })
      const comment = 'REDIRECT_TO_BACKEND: from a client, sent to its backend by another device'
      expect(stdout.trimEnd().split('\n')).toEqual([`eth0|0x00000001|7|4|${comment}`, `eth1|0x00000002|7|4|${comment}`])
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

test('a capture without a packet is a file, too', () => {
  const file = new PcapngOutput(nameOf, 2048).end({ packets: 0, lost: 0n })
  expect([...file.subarray(0, 4)]).toEqual([0x0a, 0x0d, 0x0d, 0x0a])
})
