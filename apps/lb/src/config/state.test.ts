import { expect, test } from '@jest/globals'
import { parseConfig } from './load.ts'
import { backendStates, mayBecome } from './state.ts'
import { transitionFindings } from './transitions.ts'

test('the transitions are those of Cilium', () => {
  const allowed = backendStates.flatMap((from) =>
    backendStates.filter((to) => to !== from && mayBecome(from, to)).map((to) => `${from} → ${to}`),
  )
  expect(allowed).toEqual([
    'active → terminating',
    'active → quarantined',
    'active → maintenance',
    'quarantined → active',
    'quarantined → terminating',
    'maintenance → active',
  ])
})

const config = (backends: string) =>
  parseConfig(
    'lb.yaml',
    `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }]
      backends: [${backends}]
`,
  )
const one = (state: string, port = 8080) => `{ address: 10.1.0.11, port: ${port}, state: ${state} }`

test('a state that may not follow is found where it stands, with the way that there is', () => {
  expect(transitionFindings(config(one('maintenance')), config(`${one('active', 1)}, ${one('quarantined')}`))).toEqual([
    {
      path: ['spec', 'services', 0, 'backends', 1, 'state'],
      message: '"quarantined" cannot follow "maintenance"; from there it may become active',
    },
  ])
  expect(transitionFindings(config(one('terminating')), config(one('active')))[0]?.message).toBe(
    '"active" cannot follow "terminating"; that is final: take the backend out, then add it again',
  )
})

test('what is new, gone or the same is no transition', () => {
  expect(transitionFindings(config(one('terminating')), config(one('terminating')))).toEqual([])
  expect(transitionFindings(config(one('terminating')), config(one('active', 81)))).toEqual([])
})
