/** Why events are told, and what the agent does then, in one word each. */
export const actions = {
  InvalidSetting: 'Ignore',
  AddressTaken: 'LeaveOut',
  HintsIgnored: 'UseAll',
  NoCapacity: 'LeaveOut',
  PortTaken: 'LeaveOut',
  NotFromOutside: 'LeaveOut',
  DrainStarted: 'Drain',
  Drained: 'Drain',
  DrainTimedOut: 'LetGo',
  EndpointGone: 'LetGo',
} as const
