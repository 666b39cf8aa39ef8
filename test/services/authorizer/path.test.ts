import fc from 'fast-check';
import { MAX_PATH_LENGTH, pathProblem } from '../../../services/authorizer/path';

describe('the path of a call', () => {
  it.each([
    '/',
    '/api/orders',
    '/api/orders/',
    '/api/orders?tenant=evil',
    '/api/orders?next=/tenants/evil',
    '/tenants/acme?/tenants/evil',
    '/api/tenants',
    '/api/tenants/',
    '/api/tenants/acme',
    '/api/tenants/acme/',
    '/api/v1/tenants/acme/orders/1',
    '/tenants/acme/tenants/acme',
    '/Tenants/acme',
    '/api/tenants-of/evil',
    '/api/mytenants/evil',
    '/tenant/evil',
    '/api/caf%C3%A9/100%25',
    '/api/a:b@c,d=e+f~g',
    '/api/%E2%82%AC',
    '/api/..hidden/x..y',
  ])('is taken: %s', (path) => {
    expect(pathProblem(path, 'acme')).toBeUndefined();
  });

  it.each([
    '/tenants/evil',
    '/api/tenants/evil/orders',
    '/api/v1/a/b/c/tenants/evil',
    '/tenants/acme/tenants/evil',
    '/Tenants/evil',
    '/TENANTS/evil',
    '/tEnAnTs/evil',
    '/tenants/ACME',
    '/tenants/acme-eu',
    '/tenants/acm',
    '/tenants/acme%20',
    '/tenants/%E2%82%AC',
    '/tenants./evil',
    '/%20tenants/evil',
    '/tenants%20/evil',
    // Letters of other widths and shapes that fold to the same name.
    `/${encodeURIComponent('ｔenants')}/evil`,
    `/${encodeURIComponent('tenantſ')}/evil`,
  ])('names another tenant: %s', (path) => {
    expect(pathProblem(path, 'acme')).toBe('other_tenant');
  });

  it.each([
    ['', 'nothing'],
    ['*', 'the asterisk of OPTIONS'],
    ['tenants/acme', 'no slash'],
    ['http://shared.example/api', 'a whole URL'],
    ['//evil.example/api', 'an empty segment'],
    ['/api//tenants/evil', 'an empty segment inside'],
    ['/api/../tenants/evil', 'a way up'],
    ['/api/./orders', 'a dot'],
    ['/api/..', 'a way up at the end'],
    ['/api/..;/tenants/evil', 'a way up with parameters'],
    ['/api/%2e%2e/tenants/evil', 'an encoded way up'],
    ['/api/.%2E/tenants/evil', 'a half encoded way up'],
    ['/api%2Ftenants%2Fevil', 'encoded slashes'],
    ['/api%2ftenants/evil', 'an encoded slash'],
    ['/api%5Ctenants/evil', 'an encoded backslash'],
    ['/api\\tenants\\evil', 'backslashes'],
    ['/tenants;v=1/evil', 'parameters'],
    ['/tenants/evil;acme', 'parameters of the tenant'],
    ['/tenants%3Bv=1/evil', 'encoded parameters'],
    ['/%74enants/evil', 'an encoded letter'],
    ['/tenant%73/evil', 'another encoded letter'],
    ['/tenants/%61cme', "an encoded letter of the caller's own tenant"],
    ['/%2574enants/evil', 'an encoding twice over'],
    ['/api%252Ftenants%252Fevil', 'slashes encoded twice'],
    ['/api%25252Fx', 'three times'],
    ['/api/%00', 'NUL'],
    ['/tenants%00/evil', 'NUL after the name'],
    ['/api/\u0000', 'a raw NUL'],
    ['/api/%0d%0ax', 'a line break'],
    ['/api/%7F', 'DEL'],
    ['/api/a b', 'a blank'],
    ['/api/\tx', 'a tab'],
    ['/api/é', 'a letter beyond ASCII'],
    ['/ｔenants/evil', 'a wide letter'],
    ['/api/x#/tenants/acme', 'a fragment'],
    ['/api/%', 'half an escape'],
    ['/api/%2', 'half an escape'],
    ['/api/%zz', 'no escape'],
    ['/api/%u0074enants', 'an escape of JavaScript'],
    ['/api/%C0%AF', 'an overlong slash'],
    ['/api/%FF', 'no UTF-8'],
    ['/api/%ED%A0%80', 'half a surrogate pair'],
    [`/tenan${encodeURIComponent('\u200b')}ts/evil`, 'a letter that cannot be seen'],
    [`/tenan${encodeURIComponent('\u00ad')}ts/evil`, 'a hyphen that cannot be seen'],
    [`/api/${encodeURIComponent('\u202e')}x`, 'a change of direction'],
    ['/api/<script>', 'characters of no path'],
    ['/api/{id}', 'braces'],
    ['/api/"x"', 'quotes'],
    ['/api/[x]', 'brackets'],
    ['/api/x|y', 'a bar'],
  ])('is not written the one way: %j (%s)', (path) => {
    expect(pathProblem(path, 'acme')).toBe('not_canonical');
  });

  it('may be as long as it may be, and no longer; a query does not count', () => {
    const longest = `/${'a'.repeat(MAX_PATH_LENGTH - 1)}`;
    expect(pathProblem(longest, 'acme')).toBeUndefined();
    expect(pathProblem(`${longest}?${'a'.repeat(50_000)}`, 'acme')).toBeUndefined();
    expect(pathProblem(`${longest}a`, 'acme')).toBe('too_long');
  });

  it('is looked at in a time that grows with its length only', () => {
    const shapes = [
      '/a',
      '%20',
      '/tenants/acme',
      '.',
      '/.',
      '%25',
      '/..a',
      ' ',
      '%E2%80%8B',
      '%EF%B7%BA',
    ].flatMap((part) => [`/${part.repeat(MAX_PATH_LENGTH)}`, `/x${part.repeat(MAX_PATH_LENGTH)}`]);
    const inside = ['.', '%20', 'tenants', '%20.'].map((part) => {
      const room = Math.floor((MAX_PATH_LENGTH - 5) / part.length);
      return `/%20x${part.repeat(room)}`.slice(0, MAX_PATH_LENGTH - 1) + 'x';
    });
    const begin = performance.now();
    for (const shape of [...shapes, ...inside]) {
      for (let round = 0; round < 20; round++) pathProblem(shape.slice(0, MAX_PATH_LENGTH), 'acme');
    }
    // A try of each way to match would take a hundred times as long.
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  /** What careless programs do to a path before they route it, one after the other, as often as they like. */
  const MISTAKES: readonly ((path: string) => string)[] = [
    (path) => path.toLowerCase(),
    (path) => {
      try {
        return decodeURIComponent(path);
      } catch {
        return path;
      }
    },
    (path) => path.replaceAll('\\', '/'),
    (path) => path.replace(/\/{2,}/g, '/'),
    (path) => path.replace(/;[^/]*/g, ''),
    (path) => path.split('\0')[0] ?? '',
    (path) => path.normalize('NFKC'),
    (path) => path.replace(/[\s.]+(?=\/|$)/g, ''),
    (path) => path.replace(/\p{C}/gu, ''),
    (path) => new URL(`http://host${path.startsWith('/') ? '' : '/'}${path}`).pathname,
  ];

  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('tenants', 'evil', 'acme', 'api', 'Tenants', '..', '.', '') },
    {
      weight: 4,
      arbitrary: fc.constantFrom('/', '/', '/', '%2f', '%2F', '\\', '%5c', ';', '%3b', '%00', '%', '%25'),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom('%74', '%54', '%2e', '%73', 'tenant', 's', 'ev', 'il', '%65vil', '%20'),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
  );

  it('that is taken names no other tenant, whatever a program does to it afterwards', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.constantFrom(...MISTAKES), { maxLength: 5 }),
        (pieces, mistakes) => {
          const path = `/${pieces.join('')}`;
          if (path.includes('?') || pathProblem(path, 'acme') !== undefined) return;
          taken++;
          const seen = mistakes.reduce((text, mistake) => mistake(text), path);
          const named = /\/tenants\/([^/?#]+)/i.exec(seen)?.[1];
          expect([undefined, 'acme']).toContain(named?.toLowerCase().trim());
        },
      ),
      { numRuns: 4000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it('that names another tenant in plain words is refused, wherever it does', () => {
    const word = fc.stringMatching(/^[a-z0-9-]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word), word, fc.array(word), (before, other, after) => {
        fc.pre(other !== 'acme');
        const path = `/${[...before, 'tenants', other, ...after].join('/')}`;
        expect(pathProblem(path, 'acme')).toBe('other_tenant');
      }),
    );
  });

  it('never makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        pathProblem(text, 'acme');
        pathProblem(`/${text}`, 'acme');
      }),
    );
  });
});
