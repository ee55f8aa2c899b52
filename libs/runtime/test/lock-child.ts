// Tries to lock every folder under the one given, from a moment that all contenders share, says
// which it got, and keeps them until its input ends.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../src/errors.ts';
import { lockFolder } from '../src/lock.ts';

const [root = '', start] = process.argv.slice(2);
while (Date.now() < Number(start));
const won = readdirSync(root).filter((name) => {
  try {
    lockFolder(join(root, name));
    return true;
  } catch (error) {
    if (error instanceof UserError) {
      return false;
    }
    throw error;
  }
});
console.log(JSON.stringify(won));
process.stdin.resume().on('end', () => process.exit());
