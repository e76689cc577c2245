import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { inCluster, loadKubeConfig, readKubeConfig } from '../index.ts'

const config = (user: string, cluster = ''): string => `apiVersion: v1
kind: Config
current-context: here
contexts:
- name: here
  context: { cluster: one, user: me, namespace: shop }
- name: there
  context: { cluster: two, user: me }
clusters:
- name: one
  cluster:
    server: https://10.0.0.1:6443
    certificate-authority: pki/ca.crt
    ${cluster}
users:
- name: me
  user: ${user}
`

describe('a kubeconfig', () => {
  test('its current context, with files beside it', () => {
    expect(readKubeConfig('/etc/skep/kube.yaml', config('{ tokenFile: token }'))).toEqual({
      server: 'https://10.0.0.1:6443',
      from: '/etc/skep/kube.yaml, context here',
      ca: { file: '/etc/skep/pki/ca.crt' },
      token: { file: '/etc/skep/token' },
      namespace: 'shop',
    })
  })

  test('certificates as data, which goes before a file; another server', () => {
    const data = Buffer.from('-----BEGIN').toString('base64')
    const user = `{ client-certificate-data: ${data}, client-certificate: /other, client-key: /key, token: abc }`
    expect(
      readKubeConfig('k', config(user, 'tls-server-name: kubernetes'), { server: 'https://[fd00::1]:6443' }),
    ).toMatchObject({
      server: 'https://[fd00::1]:6443',
      tlsServerName: 'kubernetes',
      certificate: { cert: { data: '-----BEGIN' }, key: { file: '/key' } },
      token: { data: 'abc' },
    })
  })

  test.each([
    [
      config('{ exec: { command: aws } }'),
      {},
      'k:17:11: users[0].user.exec: no program is run for credentials; write token, tokenFile, or client-certificate and client-key',
    ],
    [
      config('{ token: x }', 'proxy-url: http://proxy:3128'),
      {},
      'k:14:5: clusters[0].cluster.proxy-url: proxies are not used; give an address that can be reached',
    ],
    [
      config('{ token: x }'),
      { context: 'nowhere' },
      'k:3:18: current-context: there is no context "nowhere"; there is here, there',
    ],
    [
      config('{ token: x }'),
      { context: 'there' },
      'k:8:23: contexts[1].context.cluster: there is no cluster "two"; there is one',
    ],
    [
      config('{ token: 5 }'),
      {},
      'k:17:18: users[0].user.token: 5 is not a text; write one, in quotes where it looks like a number',
    ],
    [config('{ client-key-data: "!" }'), {}, /k:17:28: users\[0\].user.client-key-data: is not base64/],
    [
      config('{}').replace('https://10.0.0.1:6443', '10.0.0.1'),
      {},
      /k:12:13: clusters\[0\].cluster.server: "10.0.0.1" is not the address of an API server/,
    ],
    ['clusters: [', {}, /^read the kubeconfig: k:1:\d+: /],
    ['', {}, /k:1:1: the file is empty/],
  ])('is refused with the place that is wrong (%#)', (text, options, wanted) => {
    const read = () => readKubeConfig('k', text, options)
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    expect(read).toThrow(wanted)
  })

  test('a file that is not there is told', () => {
    expect(() => loadKubeConfig('/nowhere/kubeconfig')).toThrow(/\/nowhere\/kubeconfig cannot be read \(ENOENT\)/)
  })
})

describe('in a pod', () => {
  test('the service account and the addresses of the environment', () => {
    const serviceAccount = mkdtempSync(join(tmpdir(), 'skep-kube-account-'))
    try {
      const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
      expect(() => inCluster({ env, serviceAccount })).toThrow(/token is not there.*give a kubeconfig/)
      writeFileSync(join(serviceAccount, 'token'), 'x')
      writeFileSync(join(serviceAccount, 'namespace'), 'kube-system\n')
      mkdirSync(join(serviceAccount, 'other'))
      expect(inCluster({ env, serviceAccount })).toMatchObject({
        server: 'https://[fd00::1]:443',
        token: { file: join(serviceAccount, 'token') },
        ca: { file: join(serviceAccount, 'ca.crt') },
        namespace: 'kube-system',
      })
      expect(inCluster({ env: {}, serviceAccount, server: 'https://10.0.0.1:6443' }).server).toBe(
        'https://10.0.0.1:6443',
      )
      expect(() => inCluster({ env: {}, serviceAccount })).toThrow('KUBERNETES_SERVICE_HOST')
    } finally {
      rmSync(serviceAccount, { recursive: true })
    }
  })
})
