import { readFileSync } from 'node:fs';
import { highest } from './finding';
import { ownerKey } from './owner';
import type { ReviewFinding, StackReview } from './report';
import type { StackPair } from './stack-pair';
import { StackFile } from './changes/stack-file';

/** Share of a stack's resources that another one must have, word for word but for the stack's name, to be it. */
const SAME = 0.7;

/**
 * Stacks that are new, and have nearly all that one has which is gone: a stack that was renamed. Its state stays behind under the
 * old name, and Terraform starts the new one from nothing.
 */
export function withRenames(
  stacks: readonly StackReview[],
  pairs: ReadonlyMap<string, StackPair>,
): readonly StackReview[] {
  const gone = stacks.filter(({ fate }) => fate === 'gone');
  if (gone.length === 0) return stacks;
  const found = new Map<string, ReviewFinding>();
  for (const come of stacks.filter(({ fate }) => fate === 'new')) {
    const old = gone.find(
      (stack) =>
        ownerKey(stack.owner) === ownerKey(come.owner) &&
        !found.has(stack.stack) &&
        isSame(stack, come, pairs),
    );
    if (!old) continue;
    found.set(come.stack, isRenamed(come.stack, old.stack));
    found.set(old.stack, {
      ...isRenamed(old.stack, come.stack),
      what: `goes on as ${come.stack}, without its state`,
    });
  }
  return stacks.map((stack) => {
    const finding = found.get(stack.stack);
    if (!finding) return stack;
    const findings = [finding, ...stack.findings];
    return { ...stack, findings, risk: highest(findings.map(({ level }) => level)) };
  });
}

const isRenamed = (stack: string, other: string): ReviewFinding => ({
  stack,
  level: 'high',
  kind: 'move',
  address: stack,
  what: `is ${other} under another name: the state of ${other} is abandoned, and Terraform creates everything again, or fails where a name is taken`,
  advice: `keep the name, or move the state first: copy the backend's object of ${other} to the key of ${stack}`,
});

function isSame(gone: StackReview, come: StackReview, pairs: ReadonlyMap<string, StackPair>): boolean {
  const [base, head] = [pairs.get(gone.stack)?.base, pairs.get(come.stack)?.head];
  if (!base || !head) return false;
  const [before, after] = [base.file, head.file].map((file) => StackFile.of(readFileSync(file), file));
  if (!before || !after) return false;
  const same = [...before.addresses()].filter(
    (address) => before.text(address)?.replaceAll(gone.stack, come.stack) === after.text(address),
  );
  return same.length > 0 && same.length >= SAME * Math.max(before.size, after.size);
}
