import { useEffect, useState } from "react";
import { Text } from "@mantine/core";
import { nameOf } from "../paths";
import styles from "./viewer.module.css";

interface Props {
  readonly fileKey: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A picture, under the type that its bytes have. */
export function ImageView({ fileKey, type, bytes }: Props) {
  const [url, setUrl] = useState<string | null>(null);
  const [size, setSize] = useState("");
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);
  return (
    <>
      <div className={styles["bar"]}>
        <span role="status">
          {type.slice("image/".length).toUpperCase()} {size}
        </span>
      </div>
      <div className={styles["picture"]}>
        {broken ? (
          <Text>The picture is damaged: the browser cannot show it. Download it to look closer.</Text>
        ) : (
          url && (
            <img
              src={url}
              alt={nameOf(fileKey)}
              onLoad={({ currentTarget: image }) => setSize(`${image.naturalWidth} × ${image.naturalHeight} px`)}
              onError={() => setBroken(true)}
            />
          )
        )}
      </div>
    </>
  );
}
