import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { names, until, untilStore } from '../../test/until.ts'
import { endpointSlices, FolderSource, formatRefusal, nodes, services } from '../index.ts'

/** A folder of its own, with files in it. */
function folder(files: Readonly<Record<string, string>> = {}) {
  const path = mkdtempSync(join(tmpdir(), 'skep-kube-folder-'))
  const write = (name: string, text: string): void => {
    writeFileSync(join(path, `.${name}`), text)
    renameSync(join(path, `.${name}`), join(path, name))
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
  return { path, write, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

const follow = (path: string): FolderSource => new FolderSource(path, { settleMs: 1, retryMs: 5 })

const service = (name: string, port: number | string = 80): string => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  clusterIP: 10.96.0.1
  ports:
  - port: ${port}
`

test('files of many documents, lists and other kinds', async () => {
  using test = folder({
    'a.yaml': `${service('a')}---\n# nothing\n---\n${service('b')}`,
    'list.yml':
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Node, metadata: {name: n1}}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: c}\n  spec: {}\n',
    'more.json':
      '{"apiVersion":"v1","kind":"ServiceList","items":[{"apiVersion":"v1","kind":"Service","metadata":{"name":"d"},"spec":{}}]}',
    'deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n',
    'README.md': 'not: [yaml',
  })
  await using source = follow(test.path)
  const store = source.follow(services)
  await store.whenSynced()
  expect(names(store)).toEqual(['a', 'b', 'c', 'd'])
  const late = source.follow(nodes)
  expect(late.synced).toBe(true)
  expect(names(late)).toEqual(['n1'])
})

test('a file that is no YAML keeps its last good state, and says by file, line and column what is wrong', async () => {
  using test = folder({ 'a.yaml': service('a'), 'b.yaml': service('b') })
  await using source = follow(test.path)
  const store = source.follow(services)
  await store.whenSynced()
  test.write('a.yaml', `${service('a', 81)}  - port: [1\n`)
  test.write('b.yaml', service('b', 82))
  await untilStore(store, () => store.get('default/b')?.spec.ports[0]?.port === 82)
  await until(() => store.status().error !== undefined)
  expect(store.get('default/a')?.spec.ports[0]?.port).toBe(80)
  expect(store.status().error).toMatch(/^a\.yaml:(9|10):\d+: /)
  test.write('a.yaml', '')
  await until(() => store.status().error?.includes('empty') === true)
  expect(store.status().error).toBe('a.yaml:1:1: the file is empty; remove it where its objects are to go')
  test.write('a.yaml', service('a', 83))
  await untilStore(store, () => store.get('default/a')?.spec.ports[0]?.port === 83)
  expect(store.status().error).toBeUndefined()
})

test('an object that cannot be read keeps its last good state, says where it stands, and takes no other of its file down', async () => {
  using test = folder({ 'a.yaml': `${service('a')}---\n${service('b')}` })
  await using source = follow(test.path)
  const store = source.follow(services)
  await store.whenSynced()
  test.write('a.yaml', `${service('a', '"http"')}---\n${service('b', 81)}---\n${service('a')}`)
  await untilStore(store, () => store.get('default/b')?.spec.ports[0]?.port === 81)
  expect(store.get('default/a')?.spec.ports[0]?.port).toBe(80)
  expect(store.status().refused.map(formatRefusal)).toEqual([
    'a.yaml:8:11: Service default/a: spec.ports[0].port: "http" is not a port; write a whole number from 1 to 65535',
  ])
})

test('an object twice, and one of another version of the API, are told', async () => {
  using test = folder({
    'a.yaml': service('a'),
    'b.yaml': service('a', 81),
    'c.yaml': 'apiVersion: discovery.k8s.io/v1beta1\nkind: EndpointSlice\nmetadata: {name: x}\naddressType: IPv4\n',
  })
  await using source = follow(test.path)
  const [store, slices] = [source.follow(services), source.follow(endpointSlices)]
  await store.whenSynced()
  expect(store.get('default/a')?.spec.ports[0]?.port).toBe(80)
  expect(store.status().refused.map(formatRefusal)).toEqual(['b.yaml:1:1: Service default/a: is in a.yaml:1:1 already'])
  expect(slices.status().refused.map(formatRefusal)).toEqual([
    'c.yaml:1:13: EndpointSlice default/x: apiVersion: "discovery.k8s.io/v1beta1" is not known here; write discovery.k8s.io/v1',
  ])
})

test('a mounted ConfigMap: its links change all at once', async () => {
  using test = folder()
  const version = (name: string, text: string): void => {
    mkdirSync(join(test.path, name))
    writeFileSync(join(test.path, name, 'a.yaml'), text)
    symlinkSync(name, join(test.path, '..data_tmp'))
    renameSync(join(test.path, '..data_tmp'), join(test.path, '..data'))
  }
  version('..2026_01', service('a'))
  symlinkSync('..data/a.yaml', join(test.path, 'a.yaml'))
  await using source = follow(test.path)
  const store = source.follow(services)
  await store.whenSynced()
  version('..2026_02', service('a', 81))
  await untilStore(store, () => store.get('default/a')?.spec.ports[0]?.port === 81)
})

test('a folder that is not there yet is waited for', async () => {
  using test = folder()
  const path = join(test.path, 'later')
  await using source = follow(path)
  const store = source.follow(services)
  await until(() => store.status().error !== undefined)
  expect(store.status().error).toContain('ENOENT')
  expect(store.synced).toBe(false)
  mkdirSync(path)
  writeFileSync(join(path, 'a.yaml'), service('a'))
  await untilStore(store, () => store.size === 1)
})
