import { confirm, type Confirmation, standing } from '../../../lifecycle/offboard/confirmations';
import { personOf } from '../../../lifecycle/offboard/people';

const SSO = 'AWSReservedSSO_Administrator_0123456789abcdef';
const role = (name: string, session: string, account = '444444444444'): string =>
  `arn:aws:sts::${account}:assumed-role/${name}/${session}`;

describe('who somebody is', () => {
  it.each([
    ['a user is himself', 'arn:aws:iam::444444444444:user/alice', 'arn:aws:iam::444444444444:user/alice'],
    ['two sessions of one role are one person', role('admin', 'alice'), role('admin', 'bob')],
    [
      'a person of Identity Center is one, whatever account and permission set he uses',
      role(SSO, 'alice@example.com'),
      role('AWSReservedSSO_Billing_fedcba9876543210', 'Alice@example.com', '555555555555'),
    ],
    ['a name in a rehearsal is a name', 'alice', ' Alice '],
  ])('%s', (_, one, other) => {
    expect(personOf(one)).toBe(personOf(other));
  });

  it.each([
    ['two users', 'arn:aws:iam::444444444444:user/alice', 'arn:aws:iam::444444444444:user/bob'],
    [
      'two people of Identity Center with one role',
      role(SSO, 'alice@example.com'),
      role(SSO, 'bob@example.com'),
    ],
    ['two roles', role('admin', 'x'), role('break-glass', 'x')],
  ])('%s are two people', (_, one, other) => {
    expect(personOf(one)).not.toBe(personOf(other));
  });
});

describe('confirmations', () => {
  const NOW = Date.parse('2026-11-26T12:00:00.000Z');
  const by = (name: string, hoursAgo = 0, manifest = 'm1'): Confirmation => ({
    by: name,
    at: new Date(NOW - hoursAgo * 3_600_000).toISOString(),
    manifest,
  });

  it('count one by one, of two different people', () => {
    const first = confirm([], by('alice'), NOW);
    expect(confirm(first, by('bob'), NOW)).toEqual([by('alice'), by('bob')]);
  });

  it('of the same person count once, and the second is refused with the remedy', () => {
    const first = confirm([], by(role('admin', 'alice'), 1), NOW);
    expect(() => confirm(first, by(role('admin', 'bob')), NOW)).toThrowErrorMatchingInlineSnapshot(
      `"arn:aws:sts::444444444444:assumed-role/admin has confirmed at 2026-11-26T11:00:00.000Z already (as arn:aws:sts::444444444444:assumed-role/admin/alice): 2 different people must"`,
    );
  });

  it('are of one export, and hold for a day', () => {
    const all = [by('alice', 23.9), by('bob', 24), by('carol', 0, 'm2')];
    expect(standing(all, 'm1', NOW).map((one) => one.by)).toEqual(['alice']);
  });

  it('may be given anew when they are too old', () => {
    expect(confirm([by('alice', 25)], by('alice'), NOW)).toEqual([by('alice')]);
  });

  it('of an account and no person do not count', () => {
    expect(() => confirm([], by('arn:aws:iam::444444444444:root'), NOW)).toThrow(/an account and no person/);
  });
});
