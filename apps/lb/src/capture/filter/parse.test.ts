import { expect, test } from '@jest/globals'
import { verdictsByIndex } from '@skep/datapath'
import { FilterError } from './error.ts'
import { parseFilter, type Services } from './parse.ts'

const services: Services = new Map([
  [
    'web',
    [
      { address: '192.0.2.10', port: 80, protocol: 'TCP' },
      { address: '2001:db8::10', port: 0, protocol: 'UDP' },
    ],
  ],
])
const host = (text: string) => ({
  address: { bytes: Uint8Array.from(text.split('.').map(Number)), prefix: 32 },
  family: 4,
})
const groups = (text: string) => parseFilter(text, services).groups
const either = { side: 'either' }

test.each([
  ['', []],
  ['host 10.0.0.1', [[{ ...host('10.0.0.1'), ...either }]]],
  ['src host 10.0.0.1', [[{ ...host('10.0.0.1'), side: 'source' }]]],
  ['dst 10.0.0.1', [[{ ...host('10.0.0.1'), side: 'destination' }]]],
  ['net 10.0.0.0/8', [[{ address: { bytes: Uint8Array.of(10, 0, 0, 0), prefix: 8 }, family: 4, ...either }]]],
  ['dst port 80', [[{ port: 80, side: 'destination' }]]],
  ['tcp and port 80', [[{ protocol: 6, ...either }], [{ port: 80, ...either }]]],
  ['ip6 and icmp6', [[{ family: 6, ...either }], [{ protocol: 58, ...either }]]],
  ['backend 10.1.0.11:8080', [[{ ...host('10.1.0.11'), port: 8080, ...either }]]],
  ['backend 10.1.0.11', [[{ ...host('10.1.0.11'), ...either }]]],
])('%s', (text, expected) => {
  expect(groups(text)).toEqual(expected)
})

test('an IPv6 backend, with a port and without', () => {
  const [[plain], [ported]] = [groups('backend 2001:db8::1')[0]!, groups('backend [2001:db8::1]:80')[0]!]
  expect([plain?.family, plain?.port, plain?.address?.prefix]).toEqual([6, undefined, 128])
  expect([ported?.family, ported?.port]).toEqual([6, 80])
})

test('a service is any of its frontends, with port and protocol', () => {
  const [terms = []] = groups('service web')
  expect(terms.map(({ family, port, protocol }) => [family, port, protocol])).toEqual([
    [4, 80, 6],
    [6, undefined, 17],
  ])
})

test('verdicts: one, some, and all that drop', () => {
  const wanted = (text: string) => [...(parseFilter(text, services).verdicts ?? [])]
  expect(wanted('verdict drop_ttl')).toEqual(['DROP_TTL'])
  expect(wanted('verdict DROP_TTL,PASS_FOREIGN')).toEqual(['DROP_TTL', 'PASS_FOREIGN'])
  expect(wanted('dropped and verdict DROP_TTL,PASS_FOREIGN')).toEqual(['DROP_TTL'])
  expect(new Set(wanted('dropped'))).toEqual(
    new Set(verdictsByIndex.filter((one) => one?.action === 'DROP').map((one) => one!.name)),
  )
})

test.each([
  ['hots 10.0.0.1', 0, '"hots" is not known; did you mean "host"?'],
  ['tcp and prot 80', 8, '"prot" is not known; did you mean "port"?'],
  ['host 10.0.0', 5, '"10.0.0" is not an address; write one like 10.0.0.1'],
  ['net 10.0.0.0', 4, '"10.0.0.0" is not a prefix; write one like 10.0.0.0/8'],
  ['port 99999', 5, '"99999" is not a port; write a whole number from 1 to 65535'],
  ['tcp port 80', 4, 'parts are joined by "and"; write one here'],
  ['tcp or udp', 4, 'parts are joined by "and"; write one here'],
  ['tcp and', 7, 'it ends where another part should follow'],
  ['src', 3, 'it ends where host, net or port should follow'],
  ['src tcp', 4, '"tcp" is neither host, net or port nor an address'],
  ['service wed', 8, 'there is no service "wed"; did you mean "web"?'],
  ['verdict DROP_TTTL', 8, '"DROP_TTTL" is no verdict; did you mean "DROP_TTL"?'],
  ['backend 10.1.0.11:http', 8, '"http" is not a port; write a whole number from 1 to 65535'],
  ['constructor', 0, /^"constructor" is not known; known are: host, /],
])('%s is refused at its place', (text, offset, problem) => {
  const error = refusal(text)
  const [first = '', shown, mark] = error.message.split('\n')
  expect(first).toMatch(typeof problem === 'string' ? `filter: ${problem}` : /^filter: /)
  if (typeof problem !== 'string') expect(first.slice('filter: '.length)).toMatch(problem)
  expect([error.offset, shown, mark]).toEqual([offset, `  ${text}`, `  ${' '.repeat(offset)}^`])
})

function refusal(text: string): FilterError {
  try {
    parseFilter(text, services)
  } catch (error) {
    if (error instanceof FilterError) return error
    throw error
  }
  throw new Error(`${text} was not refused`)
}
