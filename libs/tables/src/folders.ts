import { access, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates the folder at `path` with those above it, unless it is there. Node's own recursive mkdir
 * never returns where the system refuses with ENOENT, as /proc does.
 *
 * @throws the error of the system.
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const parent = dirname(path);
    if (code === 'ENOENT' && parent !== path && !(await exists(parent))) {
      await makeFolders(parent);
      await mkdir(path);
    } else if (code !== 'EEXIST') {
      throw error;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
