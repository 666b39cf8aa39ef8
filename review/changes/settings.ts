import type { Values } from '../plan';
import { block, blocks, isValues } from '../values';
import type { StackFile } from './stack-file';

/** What a whole stack goes by, as if it were a resource: its providers, and where Terraform keeps what it knows. */
export interface Setting {
  /** `provider.aws`, `provider.aws.replica`, `terraform`, `output.id` */
  readonly address: string;
  /** `provider/aws`, `terraform`, `output` */
  readonly type: string;
  /** Whether rules judge it: what a stack calls by name (outputs, locals) shows where it is used. */
  readonly isJudged: boolean;
  readonly values: Values;
}

/** Sections that are read elsewhere, or say nothing of what is deployed. */
const OTHERS: ReadonlySet<string> = new Set(['//', 'import', 'moved', 'removed']);

export function settingsOf(file: StackFile): ReadonlyMap<string, Setting> {
  const found = [...file.sections()].flatMap((section): readonly Setting[] => {
    if (OTHERS.has(section)) return [];
    const content = file.section(section);
    if (!isValues(content))
      return [{ address: section, type: section, isJudged: false, values: { [section]: content } }];
    if (section === 'terraform') {
      return [{ address: section, type: section, isJudged: true, values: terraformOf(content) }];
    }
    const isProvider = section === 'provider';
    return Object.entries(content).flatMap(([name, written]) => {
      const all: readonly Values[] = isProvider
        ? blocks(written)
        : [isValues(written) ? written : { value: written }];
      return all.map((values) => {
        const alias = isProvider && typeof values['alias'] === 'string' ? `.${values['alias']}` : '';
        const address = `${section}.${name}${alias}`;
        return { address, type: isProvider ? `provider/${name}` : section, isJudged: isProvider, values };
      });
    });
  });
  return new Map(found.map((setting) => [setting.address, setting]));
}

/** State in a file is named by a path that tells how deep a synth's output lies: only where it leads means something. */
function terraformOf(content: Values): Values {
  const backend = block(content['backend']);
  const { path } = block(backend['local']);
  if (typeof path !== 'string') return content;
  return {
    ...content,
    backend: { ...backend, local: { ...block(backend['local']), path: path.replace(/^(\.\.?\/)+/, '') } },
  };
}
