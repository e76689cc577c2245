import { expect, test } from '@jest/globals'
import { help, readCommand } from './options.ts'

test('run and status, with their options', () => {
  const line = 'run --peer 10.0.0.2 --peer 10.0.0.3 --device eth0 --interval 50 --multiplier 4'
  expect(readCommand(line.split(' '))).toMatchObject({
    do: 'run',
    sessions: [
      { peer: '10.0.0.2', device: 'eth0', transmitMs: 50, receiveMs: 50, multiplier: 4, multihop: false },
      { peer: '10.0.0.3' },
    ],
  })
  const status = ['status', '--socket', '/run/skep/bfd.sock', '--json']
  expect(readCommand(status)).toEqual({ do: 'status', socket: '/run/skep/bfd.sock', json: true })
  expect(readCommand(['--help'])).toEqual({ do: 'help' })
})

test('the help has every option', () => {
  for (const option of [
    'peer',
    'source',
    'device',
    'multihop',
    'min-hops',
    'interval',
    'multiplier',
    'passive',
    'json',
  ])
    expect(help).toContain(`--${option}`)
})

test.each([
  ['', 'no command: write "run" or "status"'],
  ['walk', 'walk: write "run" or "status"'],
  ['run', 'no --peer; name the address of the peer'],
  ['run --peer router', 'peer: "router" is not right; write an address'],
  ['run --peer 10.0.0.2 --interval fast', 'transmitMs: null is not right; write a time of 1 to 60000 ms'],
  ['status', 'no --socket'],
  ['run --pear 10.0.0.2', "Unknown option '--pear'"],
])('"%s" is refused: %s', (line, message) => {
  expect(() => readCommand(line.split(' ').filter(Boolean))).toThrow(message)
})
