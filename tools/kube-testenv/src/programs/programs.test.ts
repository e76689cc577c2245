import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { kubernetesVersion, moduleFolder, programPackages } from './programs.ts'
import { packageProgress } from './progress.ts'

const goMod = readFileSync(join(moduleFolder, 'go.mod'), 'utf8')

test('all parts of Kubernetes are of one version', () => {
  const parts = kubernetesVersion().replace('v1.', 'v0.')
  const replaced = [...goMod.matchAll(/^\t(\S+) => (\S+) (v\S+)$/gm)]
  expect(replaced.length).toBeGreaterThan(20)
  expect(replaced.filter(([, from, to, version]) => from !== to || version !== parts)).toEqual([])
})

test('etcd is of the version of Kubernetes’ client for it', () => {
  const [server, client] = ['server', 'client'].map(
    (part) => new RegExp(`go\\.etcd\\.io/etcd/${part}/v3 (v\\S+)`).exec(goMod)?.[1],
  )
  expect(server).toBe(client)
})

test('what is built are the tools of go.mod', () => {
  const [, block = ''] = /^tool \(\n(.*?)^\)/ms.exec(goMod) ?? []
  expect(block.trim().split(/\s+/).toSorted()).toEqual(Object.values(programPackages).toSorted())
})

test('progress is told every so often, not for each package', () => {
  const said: string[] = []
  const seldom = packageProgress(9, (line) => said.push(line), 1000)
  seldom()
  expect(said).toEqual([])
  const always = packageProgress(9, (line) => said.push(line), 0)
  always()
  always()
  expect(said).toEqual(['1 of at most 9 packages compiled, 0 s', '2 of at most 9 packages compiled, 0 s'])
})
