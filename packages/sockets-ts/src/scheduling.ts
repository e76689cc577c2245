import { errnoName, SocketError, wrong } from './error.ts'
import { native } from './native.ts'

const OPERATION = 'scheduleRealtime'
const NEEDS = 'it takes CAP_SYS_NICE, and in a control group of its own a share of cpu.rt_runtime_us'

/**
 * Has the calling thread run before every thread that is not real-time, whatever their nice values and control groups are
 * (`SCHED_RR`, priority 1 to 99). Threads and processes that it starts run as usual. Who sends or answers by the
 * millisecond needs it on a machine that is busy. Throws {@link SocketError} NOT_PERMITTED. Equivalent to:
 * `chrt --rr --reset-on-fork --pid 1 $tid`.
 */
export function scheduleRealtime(priority = 1): void {
  if (!Number.isInteger(priority) || priority < 1 || priority > 99)
    wrong(OPERATION, 'priority', priority, 'a whole number from 1 to 99')
  const result = native.scheduleRealtime(priority)
  if (result >= 0) return
  const errno = errnoName(-result)
  const isDenied = errno === 'EPERM'
  throw new SocketError(
    isDenied ? 'NOT_PERMITTED' : 'REFUSED',
    OPERATION,
    isDenied ? `${errno}; ${NEEDS}` : errno,
    errno,
  )
}
