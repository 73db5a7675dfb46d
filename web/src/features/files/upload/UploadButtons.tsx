import { Button } from "@mantine/core";
import { useRef } from "react";
import { UploadIcon } from "../../../ui/icons";
import { chosen } from "./dropped";
import { uploads } from "./uploads";

/** Chooses files, or a folder, to upload. */
export function UploadButtons({ prefix }: { readonly prefix: string }) {
  return (
    <>
      <Chooser prefix={prefix} label="Upload" folder={false} />
      <Chooser prefix={prefix} label="Upload a folder" folder />
    </>
  );
}

interface Props {
  readonly prefix: string;
  readonly label: string;
  readonly folder: boolean;
}

function Chooser({ prefix, label, folder }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={(element) => {
          input.current = element;
          if (element) element.webkitdirectory = folder;
        }}
        type="file"
        multiple
        hidden
        aria-label={label}
        onChange={(event) => {
          const { files } = event.currentTarget;
          if (files) uploads.add(chosen(files, prefix));
          // The same file may be chosen again, to go on after a reload.
          event.currentTarget.value = "";
        }}
      />
      <Button
        size="xs"
        variant={folder ? "default" : "filled"}
        leftSection={folder ? undefined : <UploadIcon />}
        onClick={() => input.current?.click()}
      >
        {label}
      </Button>
    </>
  );
}
