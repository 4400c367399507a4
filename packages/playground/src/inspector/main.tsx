import { render } from 'preact'
import '../style.css'
import { Inspector } from './inspector.tsx'

render(<Inspector />, document.body)
