export { FileBrowser } from "./FileBrowser";
export { FilesPage } from "./FilesPage";
