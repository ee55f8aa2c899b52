import { existsSync, readdirSync } from 'node:fs';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const DRIVER_FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];

/** The environment of a process that is to find a Vulkan driver, or why there is none to be found. */
export function vulkan(): { readonly env: NodeJS.ProcessEnv } | { readonly missing: string } {
  const { env } = process;
  if (env.VK_ICD_FILENAMES ?? env.VK_DRIVER_FILES) return { env };
  if (existsSync(SWIFTSHADER)) return { env: { ...env, VK_ICD_FILENAMES: SWIFTSHADER } };
  if (DRIVER_FOLDERS.some((folder) => existsSync(folder) && readdirSync(folder).length > 0)) {
    return { env };
  }
  return {
    missing:
      `no Vulkan driver: VK_ICD_FILENAMES and VK_DRIVER_FILES name none, ${SWIFTSHADER} ` +
      `(package chromium-common) is not there, nor is anything in ${DRIVER_FOLDERS.join(' or ')}`,
  };
}

/** The environment of a process in which no Vulkan driver is found. */
export function withoutVulkan(): NodeJS.ProcessEnv {
  return { ...process.env, VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' };
}
