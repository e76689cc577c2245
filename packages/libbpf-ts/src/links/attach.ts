import { kernelRefusal, NotSupported, type BpfErrorDetails } from '../errors.ts'
import { explain, type FeatureName } from '../probe/features.ts'
import { createLink, type CreateLink } from '../sys/link.ts'
import { Link } from './link.ts'

/** What a hook attaches: a loaded program. */
export interface Attachable {
  readonly fd: number
  readonly name: string
  /** `enum bpf_attach_type` that it was loaded for, where that is known. */
  readonly attachType: number | undefined
}

/** What one hook brings to the attaching that is common to all. */
export interface Attaching {
  /** The verb: `attachXdp`. */
  readonly operation: string
  /** Asked when the kernel refuses, to tell a kernel that is too old from a mistake. */
  readonly feature: FeatureName
  /** What the link is on: `xdp on device "eth0"`. */
  readonly place: string
  readonly request: Omit<CreateLink, 'program'>
  /** What to do next, by errno. */
  readonly hints?: Readonly<Record<number, string>>
}

/** Makes the link, or the error that says why not. */
export function attach(program: Attachable, { operation, feature, place, request, hints }: Attaching): Link {
  const fd = createLink({ ...request, program: program.fd })
  if (fd >= 0) return new Link(fd, place)
  const answer = explain(feature, fd)
  if (answer?.supported === false)
    throw new NotSupported(operation, feature, answer.since, { errno: fd, hint: `this was to be ${place}` })
  const hint: BpfErrorDetails = hints?.[fd] === undefined ? {} : { hint: hints[fd] }
  throw kernelRefusal(operation, fd, `program "${program.name}": ${place}`, hint)
}
