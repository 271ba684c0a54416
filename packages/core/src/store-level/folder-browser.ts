/* Takes the place of `folder.ts` in bundles for browsers: IndexedDB has no folders, and belongs to the page's origin. */

export function prepareFolder(): Promise<void> {
  return Promise.resolve();
}

export function protectFolder(): Promise<void> {
  return Promise.resolve();
}

export function setFolderAside(path: string): Promise<string> {
  return Promise.reject(new Error(`the database ${path} is damaged; delete it`));
}

export function leftOut(): Promise<string | undefined> {
  return Promise.resolve(undefined);
}
