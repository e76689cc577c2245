import { execFileSync } from 'node:child_process'

/** Keeps this process on one CPU, the last that it may use: what is stored by CPU is then found again. */
export function pinToOneCpu(): Disposable {
  const all = affinity()
  const last = all.split(/[,-]/).at(-1)!
  setAffinity(last)
  return { [Symbol.dispose]: () => setAffinity(all) }
}

function affinity(): string {
  return taskset(String(process.pid)).replace(/.*: /, '').trim()
}

function setAffinity(cpus: string): void {
  taskset('--all-tasks', cpus, String(process.pid))
}

function taskset(...args: readonly string[]): string {
  return execFileSync('taskset', ['--pid', '--cpu-list', ...args], { encoding: 'utf8' })
}
