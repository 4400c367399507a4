import type { Command } from 'commander'
import type { ReportExitCode } from '../exit-code.ts'
import { portNumber } from '../input/numbers.ts'

const help = `
The page runs the parser in the browser: paste raw model output, step through its chunks, compare formats, copy a fixture.
It is served to this machine only and asks for nothing beyond its own files.

Examples:
  tooldelta playground
  tooldelta playground --port 0`

/** Adds `tooldelta playground`: the page that shows what the parser does. */
export function addPlaygroundCommand(program: Command, report: ReportExitCode): void {
  program
    .command('playground')
    .description('serves a page that shows, chunk by chunk, what the parser does with a text')
    .option('-p, --port <n>', 'port to listen on; 0 for any free one', portNumber, 4040)
    .addHelpText('after', help)
    .action(async ({ port }: { port: number }) => {
      const { default: fastify } = await import('fastify')
      const { addPage } = await import('../playground/add-page.ts')
      const { listen, serveUntilSignal } = await import('../serve/listen.ts')
      const app = fastify()
      await addPage(app, { prefix: '/' })
      const url = await listen(app, { host: '127.0.0.1', port })
      const served = serveUntilSignal(app, 0)
      process.stdout.write(`The playground is on ${url}/ for this machine. Stop with Ctrl+C.\n`)
      await served
      report(0)
    })
}
