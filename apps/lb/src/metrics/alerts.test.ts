import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { verdictsByIndex } from '@skep/datapath'
import { needing, needs } from '@skep/testbed'
import { parse } from 'yaml'

const folder = fileURLToPath(new URL('../../../../deploy/prometheus', import.meta.url))
const rules = readFileSync(`${folder}/skep-lb.rules.yml`, 'utf8')

test('alerts name only metrics and verdicts that exist', () => {
  const { groups } = parse(rules) as { groups: { rules: { alert: string; expr: string }[] }[] }
  const expressions = groups.flatMap((group) => group.rules.map(({ expr }) => expr)).join('\n')
  const source = ['fixed', 'services', 'metrics']
    .map((file) => readFileSync(new URL(`${file}.ts`, import.meta.url), 'utf8'))
    .join('\n')
  const metrics = [...expressions.matchAll(/skep_lb_(\w+)/g)].map(([, name = '']) => name)
  expect(metrics.length).toBeGreaterThan(5)
  expect(metrics.filter((name) => !source.includes(`'${name}'`))).toEqual([])
  const verdicts = [...expressions.matchAll(/\b(?:DROP|PASS|STACK)_\w+/g)].map(([name]) => name)
  const known = new Set<string | undefined>(verdictsByIndex.map((verdict) => verdict?.name))
  expect(verdicts.filter((name) => !known.has(name))).toEqual([])
})

needing(needs.binary('promtool')).test('promtool: the alerts fire when they should, and only then', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'skep-lb.rules.test.yml'], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stdout + stderr)
})
