import type { Client } from '../types.ts'
import { commandClients } from './commands.ts'
import { libraryClients } from './libraries.ts'

/** Every client, in the order of the page. */
export const clients: readonly Client[] = [...libraryClients, ...commandClients]
