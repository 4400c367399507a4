import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { UsageError } from '../errors.ts'

/** Nothing but the page's own files, whatever a text that it shows says. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Which of the built pages is added, and where. */
export interface PageOptions {
  /** Begins and ends with a slash. The application has to take it without the last one too (`ignoreTrailingSlash`). */
  prefix: string
  /** What is shown there. @defaultValue 'index.html', the playground */
  page?: 'index.html' | 'inspect.html' | undefined
  /** The folder of the built pages. @defaultValue that of @tooldelta/playground */
  folder?: string | undefined
}

/**
 * Adds a built page to an application. It needs no key: its files are the same for everyone.
 *
 * @throws UsageError when the pages have not been built
 */
export async function addPage(app: FastifyInstance, options: PageOptions): Promise<void> {
  const { prefix, page = 'index.html', folder = findPages() } = options
  const { default: fastifyStatic } = await import('@fastify/static')
  await app.register(async (scope) => {
    scope.addHook('onSend', async (_request, reply) => {
      void reply.headers({
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      })
    })
    await scope.register(fastifyStatic, {
      root: folder,
      prefix,
      index: false,
      cacheControl: false,
      // Names of built files hold a hash of their content; the page itself must be asked for anew.
      setHeaders: (reply, path) =>
        reply.setHeader(
          'cache-control',
          path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        ),
    })
    // Relative links of the page need the slash at its end.
    scope.get(prefix, async (request, reply) =>
      request.url.split('?', 1)[0]?.endsWith('/') === true ? reply.sendFile(page) : reply.redirect(prefix),
    )
  })
}

function findPages(): string {
  const require = createRequire(import.meta.url)
  const folder = join(dirname(require.resolve('@tooldelta/playground/package.json')), 'dist')
  if (existsSync(join(folder, 'index.html'))) return folder
  throw new UsageError('The pages of the playground have not been built. In a checkout run: npm run build')
}
