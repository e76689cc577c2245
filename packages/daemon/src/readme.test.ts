import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const root = `${import.meta.dirname}/..`

test('the snippet of the README prints what stands behind it', () => {
  const [, code = ''] = /```ts\n(.*?)```/s.exec(readFileSync(`${root}/README.md`, 'utf8')) ?? []
  const expected = [...code.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => `${line}\n`).join('')
  const run = spawnSync(process.execPath, ['--conditions=@skep/source', '--input-type=module-typescript', '-'], {
    input: code,
    cwd: root,
    encoding: 'utf8',
  })
  expect(run).toMatchObject({ stderr: '', stdout: expected })
})
