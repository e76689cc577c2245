import {
  addressOf,
  addressWords,
  type DecapSpec,
  type Hook,
  hookOfPin,
  hookPin,
  planHooks,
  prefixKey,
  wantedHooks,
} from '@skep/lb-engine'
import { expect, test } from '@jest/globals'
import { decapPaths } from './paths.ts'

const both = { acceleration: 'best-effort', dispatch: ['ipip', 'opt'] } as unknown as DecapSpec
const eth0 = { name: 'eth0', index: 2 } as const
const hooks = wantedHooks(both, [eth0])
const steps = (wanted: readonly Hook[], present: readonly Hook[]): string[] =>
  planHooks(wanted, present).steps.map(({ do: what, hook }) => `${what} ${hook.device} ${hook.index} ${hook.direction}`)

test('what leaves is attached first, so that an option that is noted is heeded', () => {
  expect(steps(hooks, [])).toEqual(['attach eth0 2 out', 'attach eth0 2 in'])
})

test('without options nothing hangs on what leaves', () => {
  expect(wantedHooks({ ...both, dispatch: ['ipip'] }, [eth0]).map(({ direction }) => direction)).toEqual(['in'])
})

test('what is there is updated in place', () => {
  expect(steps(hooks, hooks)).toEqual(['update eth0 2 out', 'update eth0 2 in'])
})

test('a device that is no longer wanted loses its programs, what arrives first', () => {
  expect(steps([], hooks)).toEqual(['detach eth0 2 in', 'detach eth0 2 out'])
})

test('the link of a device that has gone is cleared before a new device takes its name', () => {
  expect(steps(wantedHooks(both, [{ name: 'eth0', index: 7 }]), hooks)).toEqual([
    'detach eth0 2 out',
    'detach eth0 2 in',
    'attach eth0 7 out',
    'attach eth0 7 in',
  ])
})

test('a change between XDP and tc is refused with the way out, and the old goes on', () => {
  const { refused, steps: planned } = planHooks(wantedHooks({ ...both, acceleration: 'tc' }, [eth0]), hooks)
  expect(refused).toEqual([
    'eth0 is served by xdp, and the configuration asks for tc: that takes skep-lb decap uninstall and a new start',
  ])
  expect(planned.map(({ do: what, hook }) => [what, hook.kind])).toEqual([
    ['update', 'tc'],
    ['update', 'xdp'],
  ])
})

test('a backend and a load balancer of the same name share no file', () => {
  const paths = decapPaths({ instance: 'edge', bpfRoot: '/sys/fs/bpf/skep', runDir: '/run/skep' })
  expect(paths).toMatchObject({
    instance: 'edge',
    bpfRoot: '/sys/fs/bpf/skep',
    pins: '/sys/fs/bpf/skep/edge+decap',
    links: '/sys/fs/bpf/skep/edge+decap/links',
    run: '/run/skep/edge+decap',
    process: '/run/skep/edge+decap/process.json',
  })
})

test('a pin says which device it is of, dots and all', () => {
  const paths = decapPaths({ instance: 'edge', bpfRoot: '/sys/fs/bpf/skep', runDir: '/run/skep' })
  const pin = hookPin(paths, 'bond0.12', 'in').split('/').at(-1)!
  expect(pin).not.toContain('.')
  expect(hookOfPin(pin)).toEqual({ device: 'bond0.12', direction: 'in' })
})

test.each(['10.0.0.1', '0.0.0.0', '2001:db8::1', '::', 'ff02::1'])('%s in the maps and back', (address) => {
  expect(addressOf(addressWords(address))).toBe(address)
})

test('prefixes of both families in one map', () => {
  expect(prefixKey('10.255.0.0/16')).toEqual({ length: 112, address: [0, 0, 0xffff, 0x0aff0000] })
  expect(prefixKey('fd00:ff::/32')).toEqual({ length: 32, address: [0xfd0000ff, 0, 0, 0] })
})
