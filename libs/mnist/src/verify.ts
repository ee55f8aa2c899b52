import { DataError } from './errors.ts';
import type { Role } from './known.ts';
import type { FilesLocation } from './location.ts';
import { checkContents, labelledSet, readPart, type Part } from './parts.ts';

/** What was found of one file of a data set. */
export interface FileReport {
  readonly role: Role;
  readonly path: string;
  /** Of the contents, inflated; missing if the file is not a whole IDX file. */
  readonly sha256?: string;
  /** What is wrong; missing if nothing is. */
  readonly fault?: string;
}

/**
 * Reads all files of a data set and says of each what is wrong with it: whether it is whole, what
 * its role demands and, in a known data set, what its checksum says. Labels that are not as many as
 * the images are their own fault.
 */
export async function verifyDataset({ name, files }: FilesLocation): Promise<FileReport[]> {
  const parts = new Map<Role, Part>();
  const reports = await Promise.all(
    files.map(async ({ role, path }): Promise<FileReport> => {
      try {
        parts.set(role, await readPart(role, path));
      } catch (error) {
        return { role, path, fault: faultOf(error) };
      }
      return { role, path };
    }),
  );
  return reports.map((report) => {
    const part = parts.get(report.role);
    if (part === undefined) return report;
    const images = part.role.endsWith('labels')
      ? parts.get(part.role === 'train-labels' ? 'train-images' : 'test-images')
      : undefined;
    try {
      if (images) labelledSet(images, part);
      checkContents(name, part);
    } catch (error) {
      return { ...report, sha256: part.sha256, fault: faultOf(error) };
    }
    return { ...report, sha256: part.sha256 };
  });
}

function faultOf(error: unknown): string {
  if (error instanceof DataError) return error.message;
  throw error;
}
