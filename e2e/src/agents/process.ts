// Runs one program in this process, which may be of another version of Node: the choice and the task are the argument, the outcome is
// written to standard output. Plain Node 22 takes the types away.
import type { Task } from '../types.ts'
import { runAgent, type AgentChoice } from './run.ts'

const { choice, task } = JSON.parse(process.argv[2]!) as { choice: AgentChoice; task: Task }
const outcome = await runAgent(choice, task)
process.stdout.write(`\n${JSON.stringify(outcome)}\n`)
