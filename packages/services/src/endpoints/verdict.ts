/** What becomes of an endpoint for new connections, and by which rule. */
export type Rule =
  | 'ready'
  | 'last-serving'
  | 'accepts-while-draining'
  | 'not-ready'
  | 'draining'
  | 'terminating-not-serving'
  | 'other-node'
  | 'hinted-for-other-zone'
  | 'hinted-for-other-node'
  | 'maintenance'
  | 'pod-ended'
  | 'drain-timeout'

/** How a rule treats an endpoint: takes new connections; only keeps those it has; is no member; is gone. */
export type Fate = 'chosen' | 'kept' | 'left-out' | 'gone'

interface RuleFacts {
  readonly fate: Fate
  /** Completes “10.0.0.1:80: …”. */
  readonly text: string
}

/** All rules, in words. */
export const rules: Readonly<Record<Rule, RuleFacts>> = {
  ready: { fate: 'chosen', text: 'chosen: it is ready' },
  'last-serving': { fate: 'chosen', text: 'chosen: it is terminating, but serves, and none is ready' },
  'accepts-while-draining': {
    fate: 'chosen',
    text: 'chosen: it is terminating, but the service accepts while draining',
  },
  'not-ready': { fate: 'kept', text: 'left out: it is not ready; connections that exist stay' },
  draining: { fate: 'kept', text: 'left out: it is terminating and others are ready; connections that exist stay' },
  'terminating-not-serving': {
    fate: 'kept',
    text: 'left out: it is terminating and does not serve; connections that exist stay',
  },
  'other-node': { fate: 'left-out', text: 'left out: the traffic policy is Local and it is on another node' },
  'hinted-for-other-zone': { fate: 'left-out', text: 'left out: its hints are for other zones' },
  'hinted-for-other-node': { fate: 'left-out', text: 'left out: its hints are for other nodes' },
  maintenance: {
    fate: 'kept',
    text: 'left out: the weight of its slice is 0 (maintenance); connections that exist stay',
  },
  'pod-ended': { fate: 'gone', text: 'gone: its pod has ended' },
  'drain-timeout': { fate: 'gone', text: 'gone: it drained for longer than the service allows' },
}
