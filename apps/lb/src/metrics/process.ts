import { readdirSync } from 'node:fs'
import { single, type Family } from '@skep/daemon'

/** What Prometheus expects of every process, about this one. */
export function processFamilies(version: string): Family[] {
  const { user, system } = process.cpuUsage()
  const started = Date.now() / 1000 - process.uptime()
  return [
    {
      name: 'build_info',
      type: 'gauge',
      help: 'Always 1; the labels tell the versions.',
      samples: [{ labels: { version, node: process.version }, value: 1 }],
    },
    single('process_cpu_seconds_total', 'counter', 'CPU time of this process.', (user + system) / 1e6),
    single('process_resident_memory_bytes', 'gauge', 'Memory of this process.', process.memoryUsage.rss()),
    single('process_start_time_seconds', 'gauge', 'When this process began, in Unix time.', started),
    single('process_open_fds', 'gauge', 'File descriptors of this process.', readdirSync('/proc/self/fd').length),
  ]
}
