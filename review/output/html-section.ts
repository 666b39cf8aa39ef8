import type { Picture } from '../diagram/picture';
import { svgOf } from '../diagram/svg';
import type { Owner, PromiseChange, ResourceReview, Review, StackReview } from '../report';
import { element, type Html, list, markup, raw } from './html-text';
import {
  counted,
  countsText,
  FATES,
  findingsOf,
  foundText,
  headline,
  leftOut,
  type Party,
  partiesOf,
  sideText,
  some,
  type Told,
  worstFirst,
} from './words';

/** A review with the picture of the platform that it is of. */
export interface Pictured {
  readonly review: Review;
  readonly picture?: Picture;
}

/** More than a person reads, and as much as a browser shows at once. */
const SHOWN = { stacks: 250, changes: 200, findings: 1000, parties: 500 } as const;

/** All of one review. */
export function section({ review, picture }: Pictured, index: number): Html {
  const { base, head, risk, stacks, promises } = review;
  const owners = new Map(stacks.map(({ stack, owner }) => [stack, owner] as const));
  const parties = partiesOf(review);
  const findings = findingsOf(review);
  return markup`<section id="environment-${index}" aria-labelledby="heading-${index}">
    <h2 id="heading-${index}">${head.environment} <span class="risk ${risk}">risk ${risk}</span></h2>
    <p class="sides"><code>${sideText(base)}</code> → <code>${sideText(head)}</code></p>
    <p>${headline(review)}</p>
    ${part('Who is affected', parties.slice(0, SHOWN.parties).map(partyItem), 'ul', more(parties.length, SHOWN.parties, 'party'))}${
      picture === undefined
        ? raw('')
        : markup`<h3>Where</h3>
            <div class="picture" tabindex="0" role="region" aria-label="Picture of the platform">
              ${raw(svgOf(picture, { bare: true, id: `environment-${index}` }))}
            </div> `
    }${part(
      'Findings',
      findings.slice(0, SHOWN.findings).map((finding) => findingItem(finding, owners)),
      'ul',
      more(findings.length, SHOWN.findings, 'finding'),
    )}${part('Promises', promises.map(promiseItem), 'ul')}${part(
      'Stacks',
      worstFirst(stacks).slice(0, SHOWN.stacks).map(stackItem),
      'div',
      more(stacks.length, SHOWN.stacks, 'stack'),
    )}
    <p class="soft">${leftOut(review)}</p>
  </section> `;
}

function part(title: string, items: readonly Html[], tag: 'ul' | 'div', rest: Html = raw('')): Html {
  if (items.length === 0) return raw('');
  return markup`<h3>${title}</h3>
    ${element(tag, { class: 'items' }, list(items))} ${rest}`;
}

const more = (count: number, shown: number, noun: string): Html =>
  count > shown
    ? markup`<p class="soft">and ${counted(count - shown, noun)} more: in the output as JSON</p> `
    : raw('');

/** What the filters go by: every value of all owners, for an item that is shown when one of them is chosen. */
function data(owners: readonly Owner[], risk: string): Readonly<Record<string, string>> {
  const all = (name: keyof Owner): string =>
    JSON.stringify([...new Set(owners.flatMap((owner) => owner[name] ?? []))]);
  return {
    'data-cell': all('cell'),
    'data-tier': all('tier'),
    'data-tenant': all('tenant'),
    'data-risk': JSON.stringify([risk]),
  };
}

function partyItem(party: Party): Html {
  const { text, risk, members, stacks } = party;
  return element(
    'li',
    {
      class: `item ${risk}`,
      ...data(
        members.map(({ who }) => who),
        risk,
      ),
    },
    markup`${level(risk)}<strong>${text}</strong>: ${foundText(party)}
      <span class="soft">(${some(stacks, 6)})</span>`,
  );
}

function findingItem(finding: Told, owners: ReadonlyMap<string, Owner>): Html {
  const { level: risk, kind, address, what, advice, stacks } = finding;
  return element(
    'li',
    {
      class: `item ${risk}`,
      ...data(
        stacks.flatMap((stack) => owners.get(stack) ?? []),
        risk,
      ),
    },
    markup`${level(risk)}<span class="kind">${kind}</span> ${what}
      <div class="where"><code>${some(stacks, 6)}</code> <code>${address}</code></div>
      ${advice === undefined ? raw('') : markup`<div class="advice"><strong>Do:</strong> ${advice}</div>`}`,
  );
}

const promiseItem = ({ level: risk, guarantee, subject, text }: PromiseChange): Html =>
  element(
    'li',
    { class: `item ${risk}`, 'data-risk': JSON.stringify([risk]) },
    markup`${level(risk)}<strong>${guarantee}</strong>, ${subject}: ${text}`,
  );

const level = (risk: string): Html =>
  risk === 'none' ? raw('') : markup`<span class="risk ${risk}">${risk}</span> `;

const FATE_OF_STACK: Readonly<Record<StackReview['fate'], string>> = {
  new: 'new, ',
  changed: '',
  gone: 'no longer there (all that it deployed stays), ',
};

function stackItem(stack: StackReview): Html {
  const { changes, risk, fate, owner } = stack;
  const rows = changes.slice(0, SHOWN.changes).map(changeRows);
  return element(
    'details',
    { class: `item ${risk}`, ...data([owner], risk) },
    markup`<summary>
        ${level(risk)}<strong>${stack.stack}</strong>: ${FATE_OF_STACK[fate]}${countsText(stack)}
      </summary>
      <table>
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col">before</th>
            <th scope="col">after</th>
          </tr>
        </thead>
        ${list(rows)}
      </table>
      ${more(changes.length, SHOWN.changes, 'resource')}`,
  );
}

const changeRows = ({ fate, address, from, attributes }: ResourceReview): Html =>
  markup`<tbody>
    <tr>
      <th scope="rowgroup" colspan="3">
        <span class="fate" title="${fate}">${FATES[fate]}</span> <span class="unseen">${fate} </span
        ><code>${address}</code>${from === undefined ? raw('') : markup` (was <code>${from}</code>)`}
      </th>
    </tr>
    ${list(
      attributes.map(
        ({ path, before, after }) =>
          markup`<tr>
            <td><code>${path}</code></td>
            <td>${value(before)}</td>
            <td>${value(after)}</td>
          </tr> `,
      ),
    )}
  </tbody> `;

const value = (text: string | undefined): Html =>
  text === undefined ? markup`<span class="soft">nothing</span>` : markup`<code>${text}</code>`;
