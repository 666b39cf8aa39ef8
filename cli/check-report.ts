import type { Verdict } from '../guarantees/guarantee';
import type { Row } from '../guarantees/isolation';
import type { CheckReport } from '../synth/check';

/** How a report is written. */
export interface Format {
  /** Whether the terminal shows colours. */
  readonly colour: boolean;
}

type Outcome = Verdict['outcome'];

const SIGNS: Readonly<Record<Outcome, string>> = { kept: '✓', broken: '✗', 'not-applicable': '–' };
const COLOURS: Readonly<Record<Outcome, string>> = {
  kept: '\u001b[32m',
  broken: '\u001b[31m',
  'not-applicable': '\u001b[2m',
};
const RESET = '\u001b[0m';

/** The guarantees one by one, and the matrix as a table: owners as rows, controls as numbered columns. */
export function summary(report: CheckReport, format: Format): string {
  const { verdicts, isolation, complete, stacks } = report;
  const counted = verdicts.filter(({ outcome }) => outcome === 'broken').length;
  return [
    ...verdicts.map((verdict) => verdictLine(verdict, format)),
    '',
    ...(isolation.matrix.length > 0 ? [...matrixTable(isolation.matrix, format), ''] : []),
    ...(complete ? [] : [`Only ${stacks.join(', ')} ${stacks.length === 1 ? 'was' : 'were'} looked at.`]),
    counted === 0
      ? 'Every guarantee is kept.'
      : `${counted} ${counted === 1 ? 'verdict is' : 'verdicts are'} broken.`,
  ].join('\n');
}

/** What keeps one owner apart: each control with what gives it, and everything that is wrong. */
export function explanation({ verdicts, isolation }: CheckReport, format: Format): string {
  const rows = isolation.matrix.flatMap(({ owner, cells }) => [
    `${owner.stack}: ${owner.kind} ${owner.id}, namespace ${owner.namespace}, tier ${owner.tier}`,
    '',
    ...cells.flatMap((cell) => {
      const head = `${sign(cell.outcome, format)} ${cell.control}`;
      if (cell.outcome === 'kept') return [`${head}: ${cell.gives}`, `    ${cell.address}`];
      return cell.outcome === 'broken'
        ? [`${head}: ${cell.why}`, `    ${cell.remedy}`]
        : [`${head}: ${cell.why}`];
    }),
  ]);
  const findings = isolation.findings.flatMap((finding) => [
    `${sign('broken', format)} ${finding.from} reaches ${finding.to}`,
    `    ${finding.where}: ${finding.problem}`,
    `    ${finding.fix}`,
  ]);
  const others = verdicts.filter(({ guarantee }) => guarantee !== 'isolation');
  return [
    ...rows,
    '',
    ...(findings.length > 0 ? findings : ['Nothing in its stack reaches what is another owner’s.']),
    ...(others.length > 0 ? ['', ...others.map((verdict) => verdictLine(verdict, format))] : []),
  ].join('\n');
}

function sign(outcome: Outcome, { colour }: Format): string {
  return colour ? `${COLOURS[outcome]}${SIGNS[outcome]}${RESET}` : SIGNS[outcome];
}

const verdictLine = ({ guarantee, subject, outcome, evidence }: Verdict, format: Format): string =>
  `${sign(outcome, format)} ${guarantee}, ${subject}: ${evidence}`;

/** Columns are numbers, for the names of fourteen controls fit no terminal; the legend names them. */
function matrixTable(matrix: readonly Row[], format: Format): string[] {
  const controls = matrix[0]?.cells.map(({ control }) => control) ?? [];
  const owners = Math.max(...matrix.map(({ owner }) => owner.stack.length));
  const heads = controls.map((_, index) => String(index + 1).padStart(WIDTH));
  const lines = matrix.map(({ owner, cells }) => {
    const signs = cells.map(({ outcome }) => ' '.repeat(WIDTH - 1) + sign(outcome, format));
    return `${owner.stack.padEnd(owners)}${signs.join('')}`;
  });
  const legend = controls.map((control, index) => `${index + 1} ${control}`);
  return [`${''.padEnd(owners)}${heads.join('')}`, ...lines, '', ...wrapped(legend), legendOfSigns(format)];
}

/** Characters of a column. */
const WIDTH = 3;
/** Characters of a line of the legend. */
const LINE = 100;

const legendOfSigns = (format: Format): string =>
  `${sign('kept', format)} given  ${sign('broken', format)} missing  ${sign('not-applicable', format)} not applicable`;

/** Parts in lines that are not longer than a terminal. */
function wrapped(parts: readonly string[]): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 2 <= LINE)
      lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(part);
  }
  return lines;
}
