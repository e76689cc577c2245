// What a peer and a speaker are written as, and what does not fit: an entry of its own, which loads no speaker.
export { community, localPref, med } from './config/fields.ts'
export { bfdFields, peerFields, speakerFields } from './config/peer-fields.ts'
export type { PeerProblem } from './config/peer-rules.ts'
export { peerProblems, placeOf } from './config/peer-rules.ts'
