import { SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "../../../api/http";
import { Empty } from "../../../ui/Empty";
import { ErrorBox } from "../../../ui/ErrorBox";
import { bytesText } from "../../../ui/format";
import { Loading } from "../../../ui/Loading";
import { endingOf } from "../paths";
import { type Piece, readPiece, textOf } from "./bytes";
import { CsvView } from "./CsvView";
import { HexView } from "./HexView";
import { ImageView } from "./ImageView";
import { type Kind, kindOf } from "./kind";
import { LogView } from "./LogView";
import { ModelView } from "./ModelView";
import { TextView } from "./TextView";
import styles from "./viewer.module.css";

const HEAD = 16 * 1024;
/** What is read whole. Monaco and tables of more would make a page wait. */
const MAX_TEXT = 2_000_000;
const MAX_TABLE = 16_000_000;
const MAX_IMAGE = 64_000_000;

interface Props {
  readonly fileKey: string;
  readonly jobId: string | undefined;
}

interface Opened {
  readonly kind: Kind;
  /** The whole file where its kind needs that and it is not too large; else its first bytes. */
  readonly piece: Piece;
}

/** Shows a file as what its bytes are. */
export function FileView({ fileKey, jobId }: Props) {
  const opened = useQuery({
    // Not among the queries that a change of the bucket outdates: what is being edited must not change by itself.
    queryKey: ["file", fileKey],
    queryFn: ({ signal }) => open(fileKey, signal),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  if (!opened.data && opened.error instanceof ApiError && opened.error.status === 404) {
    return <Empty title="There is no such file">It may have been deleted or moved; its folder is above.</Empty>;
  }
  if (opened.isError && !opened.data) return <ErrorBox error={opened.error} onRetry={() => void opened.refetch()} />;
  if (!opened.data) return <Loading lines={8} what="Loading the file" />;
  return <Shown fileKey={fileKey} jobId={jobId} {...opened.data} />;
}

async function open(key: string, signal: AbortSignal): Promise<Opened> {
  const head = await readPiece(key, 0, HEAD, signal);
  const kind = kindOf(key, head.bytes);
  const limit = { image: MAX_IMAGE, table: MAX_TABLE, text: MAX_TEXT, model: 0, binary: 0 }[kind.is];
  const whole = head.sizeBytes > HEAD && head.sizeBytes <= limit;
  return { kind, piece: whole ? await readPiece(key, 0, head.sizeBytes, signal) : head };
}

function Shown({ fileKey, jobId, kind, piece }: Props & Opened) {
  const complete = piece.bytes.length === piece.sizeBytes;
  switch (kind.is) {
    case "image":
      if (complete) return <ImageView fileKey={fileKey} type={kind.type} bytes={piece.bytes} />;
      return <Unshown words="picture, too large to show" piece={piece} />;
    case "model":
      return <ModelView fileKey={fileKey} format={kind.format} jobId={jobId} />;
    case "table":
      if (complete) return <Table fileKey={fileKey} piece={piece} />;
      return <LogView fileKey={fileKey} sizeBytes={piece.sizeBytes} />;
    case "text":
      return <Plain fileKey={fileKey} piece={piece} />;
    case "binary":
      return <Unshown words={kind.words} piece={piece} />;
  }
}

function Table({ fileKey, piece }: { readonly fileKey: string; readonly piece: Piece }) {
  const [as, setAs] = useState("table");
  return (
    <>
      <div className={styles["bar"]}>
        <SegmentedControl
          size="xs"
          aria-label="Show as"
          value={as}
          onChange={setAs}
          data={[
            { value: "table", label: "Table" },
            { value: "text", label: "Text" },
          ]}
        />
      </div>
      {as === "table" ? (
        <CsvView text={new TextDecoder().decode(piece.bytes)} tabs={endingOf(fileKey) === "tsv"} />
      ) : (
        <Plain fileKey={fileKey} piece={piece} />
      )}
    </>
  );
}

/** A text: editable where it is small and saving it would keep every byte that was not changed. */
function Plain({ fileKey, piece }: { readonly fileKey: string; readonly piece: Piece }) {
  const text = piece.bytes.length === piece.sizeBytes && piece.sizeBytes <= MAX_TEXT ? textOf(piece.bytes) : null;
  if (text !== null) return <TextView fileKey={fileKey} opened={{ text, etag: piece.etag }} />;
  return <LogView fileKey={fileKey} sizeBytes={piece.sizeBytes} />;
}

function Unshown({ words, piece }: { readonly words: string; readonly piece: Piece }) {
  return (
    <>
      <div className={styles["note"]}>
        <Text fw={600}>
          A {words}, {bytesText(piece.sizeBytes)}
        </Text>
        <Text c="dimmed">Download it to use it; these are its first bytes.</Text>
      </div>
      <HexView head={piece.bytes} />
    </>
  );
}
