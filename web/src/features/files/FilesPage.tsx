import { Page } from "../../ui/Page";
import { FileBrowser } from "./FileBrowser";
import { usePlace } from "./place";
import { StorageMeter } from "./StorageMeter";

/** The whole bucket of a user. */
export function FilesPage() {
  const place = usePlace("");
  return (
    <Page title="Files">
      {place.file === null && place.prefix === "" && <StorageMeter to={place.to} />}
      <FileBrowser root="" rootLabel="Bucket" />
    </Page>
  );
}
