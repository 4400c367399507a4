import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { UsageError } from '../errors.ts'

/** Nothing but the page's own files, whatever a text that it shows says. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * Adds the playground's pages to an application, below `prefix`.
 *
 * @param prefix - begins and ends with a slash
 * @throws UsageError when the pages have not been built
 */
export async function addPlayground(app: FastifyInstance, prefix: string): Promise<void> {
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
      root: findPages(),
      prefix,
      cacheControl: false,
      // Names of built files hold a hash of their content; the page itself must be asked for anew.
      setHeaders: (reply, path) =>
        reply.setHeader(
          'cache-control',
          path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        ),
    })
    // Relative links of the page need the slash at its end.
    if (prefix !== '/') scope.get(prefix.slice(0, -1), async (_request, reply) => reply.redirect(prefix))
  })
}

function findPages(): string {
  const require = createRequire(import.meta.url)
  const folder = join(dirname(require.resolve('@tooldelta/playground/package.json')), 'dist')
  if (existsSync(join(folder, 'index.html'))) return folder
  throw new UsageError('The pages of the playground have not been built. In a checkout run: npm run build')
}
