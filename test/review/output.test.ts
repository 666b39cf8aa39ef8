import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonOf } from '../../review/output/json';
import { htmlOf } from '../../review/output/html';
import { LIMIT, markdownOf, MARKER } from '../../review/output/markdown';
import { code, fenced, prose, summaryCode } from '../../review/output/markdown-escape';
import { textOf } from '../../review/output/text';
import { HOSTILE, hostile, reviewOf, tenantStack, USUAL } from './output-fixture';

const many = (count: number) =>
  reviewOf(Array.from({ length: count }, (_, index) => tenantStack(`customer-${String(index)}`)));

describe('a review in the terminal', () => {
  it('says who is affected, then what of, then what else', () => {
    expect(textOf([USUAL], { colour: false })).toMatchInlineSnapshot(`
     "dev: main (1a2b3c4d5) → the working tree
     Risk high. 3 stacks of 17 differ: 2 findings of high risk.

     Who is affected
       !! tenants acme and globex in dev1a: 1 finding of high risk each (dev1a-tenant-acme and dev1a-tenant-globex)
          everybody in dev1a: nothing to fear (dev1a-network)

     Findings
       dev1a-tenant-acme and dev1a-tenant-globex: aws_rds_cluster.Database
       !! data: is replaced, and with it its data
          do: if it is the same one: moveTo('Database')

     Promises
        ! quota, dev1a: NLBs per region: 12 of 50 before, 14 of 50 now

     Stacks
       !! dev1a-tenant-acme: 1 to change, 1 to replace
       !! dev1a-tenant-globex: 1 to change, 1 to replace
          dev1a-network: 1 to create

     14 stacks are the same; 5 changes of order, hashes or words are not shown."
    `);
  });

  it('shows each attribute when asked to', () => {
    expect(textOf([USUAL], { colour: false, all: true })).toContain(
      [
        '       ± aws_rds_cluster.Database',
        '           cluster_identifier: old → new',
        '       ~ aws_kms_key.Key',
        '           deletion_window_in_days: nothing → 30',
      ].join('\n'),
    );
  });

  it('is short for a thousand tenants to whom the same happens', () => {
    const lines = textOf([many(1000)], { colour: false }).split('\n');
    expect(lines.length).toBeLessThan(25);
    expect(lines).toContain(
      '  !! tenants customer-0, customer-1, customer-2 and 997 more in dev1a: 1 finding of high risk each (dev1a-tenant-customer-0, dev1a-tenant-customer-1 and 998 more)',
    );
  });

  it('has colours on a terminal only, and nothing else that controls one', () => {
    expect(textOf([USUAL], { colour: false })).not.toContain('\u001b');
    expect(textOf([USUAL], { colour: true })).toContain('\u001b[1;31mRisk high\u001b[0m');
    const text = textOf([hostile()], { colour: true, all: true });
    expect(text.replaceAll(/\u001b\[(0|1;31|33)m/g, '')).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/,
    );
    expect(text).not.toMatch(/^# Approved/m);
  });

  it('says of nothing that it is nothing', () => {
    expect(textOf([reviewOf([], { noise: 0 })], { colour: false })).toBe(
      'dev: main (1a2b3c4d5) → the working tree\nRisk none. Nothing changes: 14 stacks on both sides are the same.',
    );
  });
});

describe('a review as a comment', () => {
  it('is short first, and folds the rest', () => {
    expect(markdownOf([USUAL])).toMatchInlineSnapshot(`
     "<!-- bulkhead review -->
     ## Review of the infrastructure: risk high

     ### \`dev\`: risk high

     \`main (1a2b3c4d5)\` → \`the working tree\`: 3 stacks of 17 differ: 2 findings of high risk.

     **Who is affected**

     - **high** tenants acme and globex in dev1a: 1 finding of high risk each (\`dev1a-tenant-acme\`, \`dev1a-tenant-globex\`)
     - everybody in dev1a: nothing to fear (\`dev1a-network\`)

     **Findings**

     - **high** data: \`dev1a-tenant-acme\`, \`dev1a-tenant-globex\` \`aws_rds_cluster.Database\` is replaced, and with it its data
       Do: if it is the same one: moveTo\\('Database'\\)

     14 stacks are the same; 5 changes of order, hashes or words are not shown.

     <details><summary><code>dev</code>: 1 promise</summary>

     - low quota, dev1a: NLBs per region: 12 of 50 before, 14 of 50 now

     </details>

     <details><summary><code>dev</code> <code>dev1a-tenant-acme</code>: 1 to change, 1 to replace, risk high</summary>

     \`\`\`diff
     ± aws_rds_cluster.Database
     -     cluster_identifier: old
     +     cluster_identifier: new
     ~ aws_kms_key.Key
     +     deletion_window_in_days: 30
     \`\`\`

     </details>

     <details><summary><code>dev</code> <code>dev1a-tenant-globex</code>: 1 to change, 1 to replace, risk high</summary>

     \`\`\`diff
     ± aws_rds_cluster.Database
     -     cluster_identifier: old
     +     cluster_identifier: new
     ~ aws_kms_key.Key
     +     deletion_window_in_days: 30
     \`\`\`

     </details>

     <details><summary><code>dev</code> <code>dev1a-network</code>: 1 to create</summary>

     \`\`\`diff
     + aws_subnet.New
     \`\`\`

     </details>
     "
    `);
  });

  it('begins with what a workflow finds it by', () => {
    expect(markdownOf([USUAL]).startsWith(`${MARKER}\n`)).toBe(true);
    const workflow = readFileSync(join(__dirname, '../../.github/workflows/review.yml'), 'utf8');
    expect(workflow).toContain(`(.body | startswith("${MARKER}"))`);
  });

  it.each([1, 300, 1000])('fits a comment with %i stacks of one another unlike', (count) => {
    const stacks = Array.from({ length: count }, (_, index) => {
      const stack = tenantStack(`customer-${String(index)}`);
      const [finding] = stack.findings;
      return {
        ...stack,
        findings: finding ? [{ ...finding, what: `${'x'.repeat(900)}${String(index)}` }] : [],
      };
    });
    const text = markdownOf([reviewOf(stacks), reviewOf(stacks)]);
    expect(text.length).toBeLessThanOrEqual(LIMIT);
    expect(text.includes('does not fit a comment')).toBe(count > 1);
    // What is folded is folded whole.
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  it('takes the words of others as words', () => {
    expect(prose('@octocat fixes #1 at https://evil.example and www.evil.example')).toBe(
      '@\u200boctocat fixes \\#\u200b1 at https:\u200b//evil.example and www\u200b.evil.example',
    );
    expect(prose('<b>![x](y)</b> a|b *c* _d_ `e`')).toBe(
      '&lt;b&gt;\\!\\[x\\]\\(y\\)&lt;/b&gt; a\\|b \\*c\\* \\_d\\_ \\`e\\`',
    );
    expect(code('a`b``c')).toBe('```a`b``c```');
    expect(code('`a`')).toBe('`` `a` ``');
    expect(fenced('diff', ['````', 'a'])).toBe('`````diff\n````\na\n`````');
    expect(summaryCode('<b>`x` @y')).toBe('<code>&#60;b&#62;&#96;x&#96; &#64;y</code>');
  });

  it('has no markup but its own, whatever is reviewed', () => {
    const text = markdownOf([hostile()]);
    const outside = text
      .replaceAll(/(`{3,})diff\n[\s\S]*?\n\1(?=\n)/g, '')
      .replaceAll(/(`+)[^`][\s\S]*?[^`]?\1(?!`)/g, '')
      .replaceAll(/<code>[^<]*<\/code>/g, '');
    expect(outside).not.toMatch(/<(?!\/?(details|summary|code)>|!-- bulkhead review -->)/);
    expect(text.match(/<!-- bulkhead review -->/g)).not.toBeNull();
    expect(outside.match(/<!-- bulkhead review -->/g)).toHaveLength(1);
    expect(outside).not.toMatch(/^# /m);
    expect(outside).not.toMatch(/@(?=\w)|https?:\/\/|(?<!\\)!\[/);
  });
});

describe('a review as JSON', () => {
  it('is the same text however its keys were ordered', () => {
    const turned = Object.fromEntries(Object.entries(USUAL).reverse()) as unknown as typeof USUAL;
    expect(jsonOf([turned])).toBe(jsonOf([USUAL]));
    expect(JSON.parse(jsonOf([USUAL]))).toEqual({ risk: 'high', reviews: [USUAL] });
  });
});

describe('a review as a page', () => {
  it('escapes the words of others in text and in attributes', () => {
    const page = htmlOf([{ review: hostile() }]);
    const own = /<script>([\s\S]*?)<\/script>/g;
    expect([...page.matchAll(own)]).toHaveLength(1);
    expect(page.replace(own, '')).not.toMatch(/<(script|img|style>[\s\S]*<style|h1>Approved)/);
    expect(page).not.toMatch(/\son\w+\s*=\s*["']?window/);
    expect(HOSTILE.every((text) => !page.includes(`>${text}<`) || !/[<>&"']/.test(text))).toBe(true);
  });

  it('allows nothing but its own style and script', () => {
    const page = htmlOf([{ review: USUAL }]);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(policy.replaceAll('&#39;', "'").replaceAll(/sha256-[\w+/=]+/g, 'sha256-…')).toBe(
      "default-src 'none'; style-src 'sha256-…'; script-src 'sha256-…'; base-uri 'none'; form-action 'none'",
    );
    expect(page).not.toMatch(/\s(src|href|style)="(?!#)/);
  });

  it('has a part for each environment, and a way to each', () => {
    const page = htmlOf([
      { review: USUAL },
      { review: { ...USUAL, head: { ...USUAL.head, environment: 'prod' } } },
    ]);
    expect(page).toContain('<a href="#environment-1">prod</a>');
    expect(page).toContain('<section id="environment-1"');
  });
});
