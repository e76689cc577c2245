import { expect, test } from '@jest/globals'
import { parseConfig } from './load.ts'
import { engineModel } from './model.ts'
import { backendNeeds } from '@skep/lb-engine'

const needsOf = (text: string) => {
  const config = parseConfig(
    'lb.yaml',
    `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  ${text}
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }]
      backends: [{ address: 10.1.0.11, port: 80 }]
    - name: dns
      mode: snat
      frontends: [{ address: 192.0.2.10, port: 53, protocol: UDP }]
      backends: [{ address: 10.1.0.12, port: 53 }]
`,
  )
  return backendNeeds(engineModel(config))
}

test.each([
  ['mode: snat', { source: true, onLink: false, replies: true, direct: false }],
  ['mode: dsr', { source: true, onLink: false, replies: false, direct: true }],
  [
    'mode: dsr\n  dsr: { tunnelSources: [10.255.0.0/16] }',
    { source: false, onLink: false, replies: false, direct: true },
  ],
  ['mode: dsr\n  dsr: { dispatch: l2 }', { source: false, onLink: true, replies: false, direct: true }],
  ['mode: dsr\n  dsr: { dispatch: opt }', { source: false, onLink: false, replies: false, direct: true }],
])('%s: what the way to a backend needs', (text, expected) => {
  const needs = needsOf(text)
  expect(needs('10.1.0.11')).toEqual(expected)
  expect(needs('10.1.0.12')).toEqual({ source: true, onLink: false, replies: true, direct: false })
})
