import type { Settings } from './catalogue/index.ts'

/** Whether packets from outside are served: `strict` asks for all; `partial` for what other options name. */
export function servesOutside(settings: Pick<Settings, 'kube-proxy-replacement' | 'devices'>): boolean {
  const { 'kube-proxy-replacement': replacement, devices } = settings
  if (replacement === 'strict' || replacement === 'true') return true
  return (replacement === 'partial' || replacement === 'probe') && devices.length > 0
}
