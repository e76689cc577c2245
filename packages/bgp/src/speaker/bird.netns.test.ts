import { bird } from '../../test/bird.ts'
import { interop } from '../../test/interop.ts'

interop({ name: 'BIRD', binary: 'bird', make: bird })
