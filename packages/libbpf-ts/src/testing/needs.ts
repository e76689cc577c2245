import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe } from '@jest/globals'

const NEEDS = {
  root: () => process.getuid?.() === 0,
  bpftool: () => spawnSync('bpftool', ['version']).status === 0,
  kernelBtf: () => existsSync('/sys/kernel/btf/vmlinux'),
  binutils: () => spawnSync('nm', ['--version']).status === 0,
  clang: () => spawnSync('clang-14', ['--version']).status === 0,
} as const

/** `describe`, skipped with its reason in the name where the machine lacks something. */
export function describeWith(needs: readonly (keyof typeof NEEDS)[], name: string, body: () => void): void {
  const missing = needs.filter((need) => !NEEDS[need]())
  if (missing.length === 0) describe(name, body)
  else describe.skip(`${name} (needs ${missing.join(', ')})`, body)
}

/** What bpftool answers in JSON. */
export function bpftool(...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync('bpftool', ['-j', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`bpftool ${args.join(' ')}: ${stderr || stdout}`)
  return stdout.trim() === '' ? undefined : JSON.parse(stdout)
}
