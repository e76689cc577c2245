import { frr } from '../../test/frr.ts'
import { interop } from '../../test/interop.ts'

interop({ name: 'FRR', binary: 'vtysh', make: frr })
