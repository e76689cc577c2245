import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { testObjectPath } from './testing/objects.ts'

const object = testObjectPath('gen.bpf.o')
const cli = join(import.meta.dirname, 'cli.ts')
let dir = ''

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'libbpf-ts-cli-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--conditions=@skep/source', cli, ...args], { encoding: 'utf8' })
}

describe('libbpf-ts gen', () => {
  test('writes a module that finds its object', () => {
    const output = join(dir, 'gen.gen.ts')
    expect(run('gen', object, '-o', output)).toEqual(expect.objectContaining({ status: 0, stdout: '', stderr: '' }))
    const path = /new URL\('(.*)', import/.exec(readFileSync(output, 'utf8'))?.[1] ?? ''
    expect(new URL(path, `file://${output}`).pathname).toBe(object)
  })

  test('--object, --import and --name go into the module; without --output it goes to standard output', () => {
    const { stdout } = run('gen', object, '--object', '../objects/gen.bpf.o', '--import', '@my/bpf', '--name', 'Mine')
    expect(stdout).toContain("new URL('../objects/gen.bpf.o', import.meta.url)")
    expect(stdout).toContain("import * as bpf from '@my/bpf'")
    expect(stdout).toContain('export function openMine(')
  })

  test('--check passes on what it would write, and shows where another file parts', () => {
    const output = join(dir, 'checked.gen.ts')
    run('gen', object, '-o', output)
    expect(run('gen', object, '-o', output, '--check')).toEqual(expect.objectContaining({ status: 0, stderr: '' }))

    const edited = readFileSync(output, 'utf8').replace('burst: number', 'burst: bigint')
    writeFileSync(output, edited)
    const { status, stderr } = run('gen', object, '-o', output, '--check')
    expect(status).toBe(1)
    expect(stderr).toContain('first difference at line')
    expect(stderr).toContain('  -   burst: number\n')
    expect(stderr).toContain('  +   burst: bigint\n')
    expect(readFileSync(output, 'utf8')).toBe(edited)
  })

  test('--check fails where there is no module', () => {
    expect(run('gen', object, '-o', join(dir, 'absent.gen.ts'), '--check').status).toBe(1)
    expect(run('gen', object, '--check')).toEqual(
      expect.objectContaining({ status: 1, stderr: expect.stringContaining('name it with --output') }),
    )
  })

  test.each([
    ['no such file', ['gen', '/nowhere/x.bpf.o'], 'ENOENT'],
    ['not an object', ['gen', cli], 'cli.ts: is not an ELF file; give the .o that clang -target bpf wrote'],
    ['an unknown option', ['gen', object, '--outptu', 'x'], 'Did you mean --output?'],
  ])('%s: one line and exit status 1', (_, args, problem) => {
    const { status, stderr } = run(...args)
    expect(status).toBe(1)
    expect(stderr).toContain(problem)
    expect(stderr).not.toContain('    at ')
  })
})
