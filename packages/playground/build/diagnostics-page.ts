import { readFileSync } from 'node:fs'
import { marked } from 'marked'
import type { Plugin } from 'vite'

/** The documentation of the remarks as a page beside the playground, so that its links work without a network. */
export function diagnosticsPage(): Plugin {
  return {
    name: 'tooldelta-diagnostics-page',
    generateBundle(_options, bundle) {
      const style = Object.keys(bundle).find((file) => file.endsWith('.css'))
      this.emitFile({ type: 'asset', fileName: 'diagnostics.html', source: renderPage(style) })
    },
  }
}

function renderPage(style: string | undefined): string {
  const source = readFileSync(new URL('../../../docs/diagnostics.md', import.meta.url), 'utf8')
  const body = marked.parse(source, { async: false })
  // `### `code`` is what links go to.
  const withAnchors = body.replace(/<h3><code>([\w-]+)<\/code><\/h3>/g, '<h3 id="$1"><code>$1</code></h3>')
  const sheet = style === undefined ? '' : `<link rel="stylesheet" href="./${style}" />`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'" />
<title>Remarks of the parser</title>
${sheet}
</head>
<body><main class="document">
${withAnchors}
</main></body>
</html>
`
}
