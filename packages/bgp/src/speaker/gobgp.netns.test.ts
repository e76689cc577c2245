import { gobgp } from '../../test/gobgp.ts'
import { interop } from '../../test/interop.ts'

interop({ name: 'GoBGP', binary: 'gobgpd', make: gobgp })
