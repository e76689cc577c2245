import type { SockLb } from '@skep/datapath/sock-lb'

export type ProgramName = keyof SockLb['programs']

/**
 * The programs in the order in which they are attached: those that show a service's name before those that make it needed.
 * They are detached the other way round.
 */
export const programNames: readonly ProgramName[] = [
  'sockRecvmsg4',
  'sockRecvmsg6',
  'sockGetpeername4',
  'sockGetpeername6',
  'sockSendmsg4',
  'sockSendmsg6',
  'sockConnect4',
  'sockConnect6',
  'sockBind4',
  'sockBind6',
  'sockPostBind4',
  'sockPostBind6',
]
