import { expect, test } from '@jest/globals'
import { build, ethernet, ipv4, udp } from '@skep/packet'
import type { GoldenProgram } from './row.ts'
import { tcActions, xdpActions } from './row.ts'
import { runGoldenRow } from './run.ts'
import { goldenTable } from './table.ts'

const packet = datagram(1000)
const program = (returnValue: number, data: Uint8Array): GoldenProgram => ({ testRun: () => ({ returnValue, data }) })

function datagram(srcPort: number): Uint8Array {
  return build(
    ethernet({ src: '02:00:00:00:01:00', dst: '02:00:00:00:02:00' }),
    ipv4({ src: '10.0.0.1', dst: '10.0.0.2' }),
    udp({ srcPort, dstPort: 53 }),
  )
}

goldenTable(program(2, packet), [
  { name: 'a row that holds passes', packet, expect: { action: 'PASS', packet: 'unchanged' } },
  {
    name: 'a packet may be made late, and what is expected from what came',
    packet: () => packet,
    expect: { action: 'PASS', packet: (found) => found },
  },
  { name: 'a packet that is not named is not looked at', packet: datagram(9), expect: { action: 'PASS' } },
])
goldenTable(
  () => program(0xffff_ffff, packet),
  [{ name: 'tc has its own actions', packet, expect: { action: 'UNSPEC' } }],
  tcActions,
)

test('a row that fails shows both packets and the bytes that differ', () => {
  const row = { name: 'reply is sent back', packet, expect: { action: 'TX', packet: datagram(2000) } }
  const lines = messageOf(() => runGoldenRow(program(1, datagram(2001)), row, xdpActions)).split('\n')
  expect(lines[0]).toBe('reply is sent back: expected TX, found DROP')
  expect(lines[1]).toMatch(/^sent .*10\.0\.0\.1\.1000 > 10\.0\.0\.2\.53/)
  expect(lines[2]).toMatch(/^expected .*10\.0\.0\.1\.2000 > /)
  expect(lines[3]).toMatch(/^found .*10\.0\.0\.1\.2001 > /)
  expect(lines.slice(4)).toContainEqual(expect.stringMatching(/\^\^/))
})

test('a wrong action alone fails, and an action without a name is shown by its number', () => {
  const row = { name: 'row', packet, expect: { action: 'PASS' } }
  expect(messageOf(() => runGoldenRow(program(99, packet), row, xdpActions))).toContain('expected PASS, found 99')
})

test('before comes before the run, after follows it and may refuse', () => {
  const order: string[] = []
  const row = {
    name: 'row',
    packet,
    expect: { action: 'PASS' },
    before: () => void order.push('before'),
    after: () => {
      order.push('after')
      throw new Error('the counter stayed')
    },
  }
  expect(messageOf(() => runGoldenRow(program(2, packet), row, xdpActions))).toBe('the counter stayed')
  expect(order).toEqual(['before', 'after'])
})

function messageOf(run: () => void): string {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}
