import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'cdktf.out/',
      '.rehearsal/',
      '.deployment/',
      '.review/',
      '**/*.js',
      '**/*.cjs',
      '**/*.mjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Constructs register themselves in their scope, so `new` alone is how they are used.
      'no-new': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-member-accessibility': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Deep imports of providers only: a package index costs seconds and half a gigabyte to load.
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: '@cdktf/provider-aws', message: 'Import @cdktf/provider-aws/lib/<resource>.' },
            {
              name: '@cdktf/provider-kubernetes',
              message: 'Import @cdktf/provider-kubernetes/lib/<resource>.',
            },
            { name: '@cdktf/provider-helm', message: 'Import @cdktf/provider-helm/lib/<resource>.' },
          ],
          patterns: [
            {
              regex: '^@?kubernetes-models(/|$)',
              allowTypeImports: true,
              message: 'Types only: these packages must not load at synth.',
            },
          ],
        },
      ],
      'no-console': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Tests read deep into Terraform's JSON, which has no fixed shape.
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
