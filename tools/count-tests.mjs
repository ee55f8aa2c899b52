/**
 * Prints `N passed, N failed` (and `, N skipped` if any were) over the reports that vitest leaves in
 * .test-results when CI is set. Fails if a test failed, or if a project that has tests left no report.
 *
 * Usage: node tools/count-tests.mjs [workspace root]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2] ?? join(import.meta.dirname, '..');

/** The folders that the workspaces of the root package name; only a last `*` is a pattern. */
function workspaceFolders() {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return workspaces.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const group = pattern.slice(0, -2);
    const entries = existsSync(join(root, group))
      ? readdirSync(join(root, group), { withFileTypes: true })
      : [];
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${group}/${name}`);
  });
}

function hasTests(folder) {
  return ['src', 'test'].some(
    (part) =>
      existsSync(join(root, folder, part)) &&
      readdirSync(join(root, folder, part), { recursive: true }).some((file) =>
        file.endsWith('.test.ts'),
      ),
  );
}

/** The name that the project's vitest.config.ts gives to its report. */
function reportName(folder) {
  const config = readFileSync(join(root, folder, 'vitest.config.ts'), 'utf8');
  return /[pP]roject\('([^']+)'/.exec(config)[1];
}

/** A file of tests that could not be loaded has no tests to fail; it counts as one that did. */
function brokenFiles({ testResults }) {
  return testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
}

const total = { passed: 0, failed: 0, skipped: 0 };
const missing = [];
for (const folder of workspaceFolders().filter(hasTests)) {
  const file = join(root, '.test-results', `${reportName(folder)}.json`);
  if (!existsSync(file)) {
    missing.push(folder);
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests + brokenFiles(report);
  total.skipped += report.numPendingTests + report.numTodoTests;
}
for (const folder of missing) console.error(`${folder} has tests, but left no report of them`);
console.log(
  `${total.passed} passed, ${total.failed} failed` +
    (total.skipped > 0 ? `, ${total.skipped} skipped` : ''),
);
process.exitCode = total.failed > 0 || missing.length > 0 ? 1 : 0;
