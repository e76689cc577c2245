import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { scheduleRealtime } from './scheduling.ts'

const module = new URL('scheduling.ts', import.meta.url).href
/** Tells of the process's own thread, of a program that it starts, and of what was thrown. */
const program = `
  const { execFileSync } = await import('node:child_process')
  const { scheduleRealtime } = await import(${JSON.stringify(module)})
  const policy = (pid) => execFileSync('chrt', ['--pid', String(pid)], { encoding: 'utf8' }).match(/policy: (\\S+)/)[1]
  try { scheduleRealtime(2) } catch (error) { console.log(error.code, error.message); process.exit() }
  console.log(policy(process.pid), execFileSync('sh', ['-c', 'chrt --pid $$'], { encoding: 'utf8' }).match(/policy: (\\S+)/)[1])
`

function run(...before: string[]): string {
  const [first, ...args] = [
    ...before,
    process.execPath,
    '--conditions=@skep/source',
    '--input-type=module',
    '-e',
    program,
  ]
  return execFileSync(first!, args, { encoding: 'utf8' }).trim()
}

needing(needs.root, needs.binary('chrt')).test('the thread is real-time, and what it starts is not', () => {
  expect(run()).toBe('SCHED_RR|SCHED_RESET_ON_FORK SCHED_OTHER')
})

needing(needs.root, needs.binary('setpriv')).test('without the right to it, it says what it takes', () => {
  expect(run('setpriv', '--bounding-set', '-sys_nice', '--inh-caps', '-sys_nice', '--reuid', '65534')).toBe(
    'NOT_PERMITTED scheduleRealtime: EPERM; it takes CAP_SYS_NICE, and in a control group of its own a share of cpu.rt_runtime_us',
  )
})

test('a priority that there is not is refused', () => {
  expect(() => scheduleRealtime(0)).toThrow(
    'scheduleRealtime: priority: 0 is not right; write a whole number from 1 to 99',
  )
})
